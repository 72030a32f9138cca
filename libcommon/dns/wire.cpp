#include "dns/wire.hpp"

namespace sm::dns {
namespace {

std::uint8_t octet(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

}  // namespace

std::string_view WireReader::bytes(std::size_t count) {
  if (failed_ || left() < count) {
    failed_ = true;
    return {};
  }
  at_ += count;
  return message_.substr(at_ - count, count);
}

std::uint8_t WireReader::u8() {
  const std::string_view read = bytes(1);
  return read.empty() ? std::uint8_t{0} : octet(read, 0);
}

std::uint16_t WireReader::u16() {
  const std::string_view read = bytes(2);
  return read.empty() ? std::uint16_t{0} : static_cast<std::uint16_t>(octet(read, 0) << 8 | octet(read, 1));
}

std::uint32_t WireReader::u32() {
  const std::uint32_t high = u16();
  return high << 16 | u16();
}

std::string_view WireReader::string() {
  return bytes(u8());
}

std::string_view WireReader::rest() {
  return bytes(left());
}

Name WireReader::name() {
  if (failed_) return {};
  std::string wire;
  std::size_t at = at_;
  std::size_t limit = end_;  // of the run of labels that is being read
  std::size_t run = at_;     // where this run began
  bool here = true;          // no pointer yet
  // A name of 255 octets has at most 127 labels; one that needs more pointers than that is made to cost time.
  for (std::size_t pointers = 0; pointers <= max_name / 2;) {
    if (at >= limit) break;
    const std::size_t length = octet(message_, at);
    if (length <= max_label) {
      if (limit - at < 1 + length || wire.size() + 1 + length > max_name) break;
      wire += message_.substr(at, 1 + length);
      at += 1 + length;
      if (length != 0) continue;
      if (here) at_ = at;
      return Name(std::move(wire));
    }
    // RFC 1035 §4.1.4: 11 is a pointer; 10 and 01 are reserved.
    if (!pointers_ || (length & 0xC0) != 0xC0 || limit - at < 2) break;
    const std::size_t target = (length & 0x3F) << 8 | octet(message_, at + 1);
    if (target >= run) break;
    if (here) at_ = at + 2;
    here = false;
    ++pointers;
    limit = run;
    run = at = target;
  }
  failed_ = true;
  return {};
}

void WireWriter::u16(std::uint16_t value) {
  u8(static_cast<std::uint8_t>(value >> 8));
  u8(static_cast<std::uint8_t>(value));
}

void WireWriter::u32(std::uint32_t value) {
  u16(static_cast<std::uint16_t>(value >> 16));
  u16(static_cast<std::uint16_t>(value));
}

void WireWriter::string(std::string_view text) {
  if (text.size() > 255) failed_ = true;
  u8(static_cast<std::uint8_t>(text.size()));
  bytes(text);
}

}  // namespace sm::dns
