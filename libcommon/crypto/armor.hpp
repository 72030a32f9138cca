// ASCII armor (RFC 9580 §6; RFC 4880 §6 with its checksum), our own around a library that runs in binary.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "io/stream.hpp"

namespace sm {

enum class ArmorKind { message, public_key, private_key, signature, signed_message, other };

struct ArmorBlock {
  ArmorKind kind = ArmorKind::other;
  std::string bytes;
};

// All of `bytes` as one block, lines of 64 characters that end with `eol`, with a checksum (RFC 4880 §6.1; old readers miss it, new ones ignore it).
std::string armor(ArmorKind kind, std::string_view bytes, std::string_view eol = "\n");

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

// Whether the first thing in `text` that is not white space is an armor header line.
bool is_armored(std::string_view text);

// Every block in `text`, other text between them skipped; white space at the ends of lines, armor headers, LF and CRLF are taken. A wrong checksum,
// bad base64 or a missing tail is crypto.bad-armor (data) for the whole.
Result<std::vector<ArmorBlock>> dearmor(std::string_view text);

// The first block of the stream as binary, read as needed; if the stream does not begin with armor it passes as it is (binary packets).
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
