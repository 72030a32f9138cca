#include "backend/rnp/message.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t max_session_key_packet = 4096;  // RSA-16384 takes 2 KiB
constexpr std::size_t max_session_keys = 2000;
constexpr int packet_aead_encrypted = 20;  // GnuPG's container in OCB mode

}  // namespace

Unexpected damaged_as(std::string_view code) {
  return fail(ErrorKind::data, code, "the message is damaged or not protected against changes");
}
Unexpected damaged() {
  return damaged_as("crypto.damaged");
}

Result<bool> Message::hold(std::size_t size) {
  while (held_.size() < size) {
    const std::size_t old = held_.size();
    held_.resize(std::max<std::size_t>(size, 4096));
    const auto got = from_.read({held_.data() + old, held_.size() - old});
    held_.resize(old + (got ? *got : 0));
    if (!got) return Unexpected{got.error()};
    if (*got == 0) return false;
    consumed_ += *got;
  }
  return true;
}

bool is_too_much(std::uint64_t out, std::uint64_t in, std::uint64_t limit) {
  return out > limit || (out > limits::compression_free && out / limits::compression_ratio > in);
}

Result<void> Message::open() {
  std::size_t count = 0;
  while (true) {
    PacketHeaderState state = PacketHeaderState::incomplete;
    for (std::size_t size = 1; state == PacketHeaderState::incomplete; ++size) {
      if (!SM_TRY(hold(size))) return damaged();
      state = read_header(std::string_view(held_).substr(0, size), part_);
    }
    if (state == PacketHeaderState::malformed) return damaged();
    if (part_.tag == packet_encrypted_integrity || part_.tag == packet_aead_encrypted) break;
    if (part_.tag != packet_pkesk && part_.tag != packet_skesk && part_.tag != packet_marker) return damaged();
    if (part_.kind != PacketHeader::Length::definite || part_.length > max_session_key_packet ||
        ++count > max_session_keys) {
      return damaged();
    }
    const std::size_t size = part_.size + static_cast<std::size_t>(part_.length);
    if (!SM_TRY(hold(size))) return damaged();
    const std::string_view body = std::string_view(held_).substr(part_.size, part_.length);
    if (part_.tag == packet_pkesk && body.size() > 10 && body[0] == 3) {
      recipients_.push_back({hex_upper(body.substr(1, 8)), static_cast<unsigned char>(body[9]), std::string(body)});
    } else if (part_.tag == packet_skesk && !body.empty() && (body[0] == 4 || body[0] == 5)) {
      password_packets_ += make_packet(packet_skesk, body);
    }
    held_.erase(0, size);
  }
  if (!SM_TRY(hold(part_.size + 1))) return damaged();
  const char version = held_[part_.size];
  if (part_.tag == packet_encrypted_integrity && version == 2) {
    return fail(ErrorKind::data, "crypto.unsupported",
                "the message uses encryption of version 2 (RFC 9580), which is not supported");
  }
  if (version != 1) return damaged();
  return {};
}

void Message::set_recipients(const std::vector<RecipientPacket>& order) {
  for (const RecipientPacket& recipient : order) {
    std::string body = recipient.body;
    body.replace(1, 8, *hex_decode(recipient.key_id));
    given_ += make_packet(packet_pkesk, body);
  }
  given_ += password_packets_;
  given_.append(held_, 0, part_.size);
  held_.erase(0, part_.size);
  part_left_ = part_.length;
}

Result<std::size_t> Message::take(std::span<char> buffer) {
  if (!held_.empty()) {
    const std::size_t size = std::min(buffer.size(), held_.size());
    std::memcpy(buffer.data(), held_.data(), size);
    held_.erase(0, size);
    return size;
  }
  const std::size_t got = SM_TRY(from_.read(buffer));
  consumed_ += got;
  return got;
}

Result<std::size_t> Message::read(std::span<char> buffer) {
  while (!buffer.empty()) {
    if (given_at_ < given_.size()) {
      const std::size_t size = std::min(buffer.size(), given_.size() - given_at_);
      std::memcpy(buffer.data(), given_.data() + given_at_, size);
      given_at_ += size;
      return size;
    }
    if (part_.kind == PacketHeader::Length::indeterminate) return take(buffer);
    if (part_left_ > 0) {
      const std::size_t size =
          SM_TRY(take(buffer.first(static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), part_left_)))));
      if (size == 0) return damaged();
      part_left_ -= size;
      return size;
    }
    if (part_.kind == PacketHeader::Length::definite) return std::size_t{0};
    PacketHeaderState state = PacketHeaderState::incomplete;
    for (std::size_t size = 1; state == PacketHeaderState::incomplete; ++size) {
      if (!SM_TRY(hold(size))) return damaged();
      state = read_partial_length(std::string_view(held_).substr(0, size), part_);
    }
    given_.assign(held_, 0, part_.size);
    given_at_ = 0;
    held_.erase(0, part_.size);
    part_left_ = part_.length;
  }
  return std::size_t{0};
}

Result<void> Message::expect_end() {
  char byte;
  if (SM_TRY(read({&byte, 1})) != 0 || SM_TRY(take({&byte, 1})) != 0) return damaged();
  return {};
}

}  // namespace sm::rnp
