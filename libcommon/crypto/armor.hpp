// ASCII armor (RFC 9580 §6; RFC 4880 §6 with its checksum), our own around a library that runs in binary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "io/stream.hpp"

namespace sm {

// signed_message is the head of a clear-signed text (RFC 9580 §7): it has no data of its own, its signature block
// follows.
enum class ArmorKind { message, public_key, private_key, signature, signed_message, other };

struct ArmorBlock {
  ArmorKind kind = ArmorKind::other;
  std::string bytes;
};

// All of `bytes` as one block, lines of 64 characters that end with `eol`, with a checksum (RFC 4880 §6.1; old readers
// miss it, new ones ignore it). `other` is written as PGP ARMORED FILE. Precondition of both writers: not
// signed_message.
std::string armor(ArmorKind kind, std::string_view bytes, std::string_view eol = "\n");

// The same for a secret key.
Secret armor_secret(ArmorKind kind, std::string_view bytes, std::string_view eol = "\n");

// Streaming form: what is written comes out in `to`, armored.
class ArmorSink final : public Sink {
 public:
  ArmorSink(Sink& to, ArmorKind kind, std::string_view eol);
  ~ArmorSink() override;
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Whether the first thing in `text` that is not white space or a byte order mark is an armor header line ("-----BEGIN
// PGP …-----", complete).
bool is_armored(std::string_view text);

// Every block in `text`, other text between them skipped; white space around lines, armor headers, LF and CRLF are
// taken. A checksum may be missing (RFC 9580 §6.1); a wrong one, bad base64 or a missing tail is crypto.bad-armor
// (data) for the whole.
Result<std::vector<ArmorBlock>> dearmor(std::string_view text);

// The same for a text in which there may be secret keys.
struct SecretArmorBlock {
  ArmorKind kind = ArmorKind::other;
  Secret bytes;
};
Result<std::vector<SecretArmorBlock>> dearmor_secret(std::string_view text);

// The first block of the stream as binary, read as needed; what follows the block is not looked at. Text before it is
// skipped, at most 64 KiB of it; a stream that begins with a packet or has no armor there passes as it is.
// crypto.bad-armor (data) on reading.
class DearmorSource final : public Source {
 public:
  explicit DearmorSource(Source& from);
  ~DearmorSource() override;
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sm
