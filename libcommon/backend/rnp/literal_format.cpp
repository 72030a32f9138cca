#include "backend/rnp/literal_format.hpp"

#include <botan/block_cipher.h>
#include <botan/hash.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/inflate.hpp"
#include "base/limits.hpp"
#include "io/descriptor.hpp"
#include "io/filters.hpp"

namespace sm::rnp {
namespace {

using Octets = Botan::secure_vector<std::uint8_t>;

constexpr std::size_t max_signature = 64 * 1024;
constexpr std::size_t max_signatures = 2000;  // one-pass packets and signatures
constexpr std::size_t partial_size = 8192;
constexpr char partial_length = '\xed';  // of 2^13 bytes

// Packets one after the other, as a Source of the present one's body.
class PacketReader final : public Source {
 public:
  explicit PacketReader(Source& from) : from_(from) {}

  // To be called when the body was read to its end. False: no packet follows.
  Result<bool> next() {
    std::string bytes;
    if (!SM_TRY(take_header(bytes, &read_header))) {
      if (bytes.empty()) return false;
      return damaged();
    }
    left_ = packet_.length;
    return true;
  }
  int tag() const { return packet_.tag; }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return std::size_t{0};
    if (packet_.kind == PacketHeader::Length::indeterminate) return from_.read(buffer);
    while (left_ == 0) {
      if (packet_.kind == PacketHeader::Length::definite) return std::size_t{0};
      std::string bytes;
      if (!SM_TRY(take_header(bytes, &read_partial_length))) return damaged();
      left_ = packet_.length;
    }
    const std::size_t got =
        SM_TRY(from_.read(buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_)))));
    if (got == 0) return damaged();
    left_ -= got;
    return got;
  }

 private:
  // False: `from` ended before or in it.
  Result<bool> take_header(std::string& bytes, PacketHeaderState (*parse)(std::string_view, PacketHeader&)) {
    PacketHeaderState state = PacketHeaderState::incomplete;
    while (state == PacketHeaderState::incomplete) {
      char byte;
      if (SM_TRY(from_.read({&byte, 1})) == 0) return false;
      bytes += byte;
      state = parse(bytes, packet_);
    }
    if (state == PacketHeaderState::malformed) return damaged();
    return true;
  }

  Source& from_;
  PacketHeader packet_;
  std::uint64_t left_ = 0;
};

// What a container of version 1 holds (RFC 9580 §5.13.1), without the random prefix and the modification detection
// code; the end is given only if the latter is right.
class Opened final : public Source {
 public:
  Opened(Source& body, const SessionKey& key)
      : body_(body),
        cipher_(Botan::BlockCipher::create(key.cipher.name)),
        digest_(Botan::HashFunction::create_or_throw("SHA-1")) {
    if (!cipher_) return;
    cipher_->set_key(reinterpret_cast<const std::uint8_t*>(key.key.view().data()), key.key.size());
    previous_.resize(cipher_->block_size());
  }

  Result<std::size_t> read(std::span<char> buffer) override {
    if (!cipher_) return damaged();
    if (!started_) SM_TRY(start());
    while (plain_.size() - at_ <= code_size && !ended_) SM_TRY(more());
    const std::size_t size = std::min(buffer.size(), plain_.size() - at_ - std::min(plain_.size() - at_, code_size));
    if (size > 0) {
      std::memcpy(buffer.data(), plain_.data() + at_, size);
      digest_->update(plain_.data() + at_, size);
      at_ += size;
    } else if (!buffer.empty() && !intact_) {
      SM_TRY(check());
    }
    return size;
  }

 private:
  static constexpr std::size_t code_size = 22;

  // The block that the prefix is made of and the two octets of it that come twice.
  Result<void> start() {
    started_ = true;
    SM_TRY(more());
    const std::size_t block = previous_.size();
    if (plain_.size() < block + 2) return damaged();
    digest_->update(plain_.data(), block + 2);
    at_ = block + 2;
    return {};
  }
  // Another chunk, of whole blocks unless it is the last. In CFB the key stream is what came before, encrypted.
  Result<void> more() {
    std::array<char, 8192> chunk;
    const std::size_t size = SM_TRY(read_full(body_, chunk));
    ended_ = size < chunk.size();
    const std::size_t block = previous_.size();
    const std::size_t blocks = (size + block - 1) / block;
    Octets stream(previous_);
    stream.insert(stream.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(size));
    if (!ended_) previous_.assign(stream.end() - static_cast<std::ptrdiff_t>(block), stream.end());
    stream.resize(blocks * block);
    cipher_->encrypt_n(stream.data(), stream.data(), blocks);
    plain_.erase(plain_.begin(), plain_.begin() + static_cast<std::ptrdiff_t>(at_));
    at_ = 0;
    const std::size_t from = plain_.size();
    plain_.resize(from + size);
    for (std::size_t i = 0; i < size; ++i) plain_[from + i] = stream[i] ^ static_cast<std::uint8_t>(chunk[i]);
    return {};
  }
  Result<void> check() {
    if (plain_.size() - at_ != code_size || plain_[at_] != 0xd3 || plain_[at_ + 1] != 0x14) return damaged();
    digest_->update(plain_.data() + at_, 2);
    intact_ = Botan::constant_time_compare(digest_->final().data(), plain_.data() + at_ + 2, code_size - 2);
    if (!intact_) return damaged();
    return {};
  }

  Source& body_;
  std::unique_ptr<Botan::BlockCipher> cipher_;
  std::unique_ptr<Botan::HashFunction> digest_;
  Octets previous_;  // the last block of the ciphertext
  Octets plain_;
  std::size_t at_ = 0;
  bool started_ = false;
  bool ended_ = false;
  bool intact_ = false;
};

}  // namespace

struct MimeLiteral::State {
  State(Message& message, SessionKey session_key) : key(std::move(session_key)), container(message) {}
  explicit State(Source& packets) : key(), container(packets), unencrypted(&packets) {}

  // The content of the message or of a compressed packet.
  struct Level {
    explicit Level(std::unique_ptr<Source> from) : content(std::move(from)), packets(*content) {}
    std::unique_ptr<Source> content;
    PacketReader packets;
  };

  SessionKey key;
  PacketReader container;
  Source* unencrypted = nullptr;
  std::vector<std::unique_ptr<Level>> levels;
  std::string given;
  std::size_t given_at = 0;
  std::string literal;  // of its body, read but not given yet
  bool in_literal = false;
  bool seen = false;
  bool ended = false;
  std::size_t signatures = 0;
  std::uint64_t size = 0;  // of the literal's body
  std::uint64_t name = 0;  // of the file name there

  void enter(std::unique_ptr<Source> content) { levels.push_back(std::make_unique<Level>(std::move(content))); }

  Result<void> begin() {
    if (unencrypted) {
      enter(std::make_unique<BorrowedSource>(*unencrypted));
      return {};
    }
    while (SM_TRY(container.next())) {
      char version = 0;
      if (container.tag() == packet_encrypted_integrity) {
        if (SM_TRY(container.read({&version, 1})) != 1 || version != 1) break;
        enter(std::make_unique<Opened>(container, key));
        return {};
      }
      SM_TRY(skip(container));
    }
    return damaged();
  }
  static Result<void> skip(Source& body) {
    std::array<char, 512> rest;
    while (SM_TRY(body.read(rest)) > 0) continue;
    return {};
  }

  Result<void> step() {
    if (in_literal) return pass_literal();
    PacketReader& packets = levels.back()->packets;
    if (!SM_TRY(packets.next())) {
      if (levels.size() > 1) {
        levels.pop_back();
        return {};
      }
      ended = true;
      if (!seen) return damaged();
      return {};
    }
    switch (packets.tag()) {
      case packet_marker:
        return skip(packets);
      case packet_one_pass_signature:
      case packet_signature: {
        std::string body(max_signature, '\0');
        body.resize(SM_TRY(read_full(packets, body)));
        if (body.size() == max_signature || ++signatures > max_signatures) return damaged();
        give(make_packet(packets.tag(), body));
        return {};
      }
      case packet_compressed: {
        char algorithm = 0;
        if (seen || levels.size() > limits::packet_nesting || SM_TRY(packets.read({&algorithm, 1})) != 1)
          return damaged();
        auto content = make_inflater(algorithm, packets);
        if (!content) return damaged();
        enter(std::move(content));
        return {};
      }
      case packet_literal:
        if (std::exchange(seen, true)) return damaged();
        in_literal = true;
        give(std::string(1, static_cast<char>(0xc0 | packet_literal)));
        return {};
      default:
        return damaged();
    }
  }
  // Gives a part of the literal, never an empty one at the end.
  Result<void> pass_literal() {
    const std::size_t old = literal.size();
    literal.resize(partial_size + 1);
    literal.resize(old + SM_TRY(read_full(levels.back()->packets, std::span(literal).subspan(old))));
    if (size == 0) {
      if (literal.size() < 2 || std::string_view("mbtul1").find(literal[0]) == std::string_view::npos) return damaged();
      literal[0] = 'b';
      name = static_cast<unsigned char>(literal[1]);
    }
    if (literal.size() > partial_size) {
      size += partial_size;
      give(partial_length + literal.substr(0, partial_size));
      literal.erase(0, partial_size);
    } else {
      size += literal.size();
      give(make_packet(packet_literal, literal).substr(1));
      literal.clear();
      in_literal = false;
    }
    return {};
  }
  void give(std::string bytes) {
    given = std::move(bytes);
    given_at = 0;
  }
};

MimeLiteral::MimeLiteral(Message& message, SessionKey key) : state_(std::make_unique<State>(message, std::move(key))) {}
MimeLiteral::MimeLiteral(Source& packets) : state_(std::make_unique<State>(packets)) {}
MimeLiteral::~MimeLiteral() = default;

Result<std::size_t> MimeLiteral::read(std::span<char> buffer) {
  State& state = *state_;
  if (buffer.empty()) return std::size_t{0};
  if (state.levels.empty()) SM_TRY(state.begin());
  while (state.given_at == state.given.size()) {
    if (state.ended) return std::size_t{0};
    SM_TRY(state.step());
  }
  const std::size_t size = state.given.copy(buffer.data(), buffer.size(), state.given_at);
  state.given_at += size;
  return size;
}

Result<void> MimeLiteral::expect_end(std::uint64_t written) {
  char byte;
  // Format, length of the name, name, date (RFC 9580 §5.9).
  if (SM_TRY(read({&byte, 1})) != 0 || state_->size != written + 6 + state_->name) return damaged();
  return {};
}

}  // namespace sm::rnp
