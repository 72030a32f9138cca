// Reading and writing the wire format of messages (RFC 1035 §4.1).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "dns/name.hpp"

namespace sm::dns {

// Reads from `message` between two offsets; only names look outside, by compression. After the first thing that is not
// there it has failed, and gives zeros and empty values.
class WireReader {
 public:
  // Precondition: begin <= end <= message.size().
  WireReader(std::string_view message, std::size_t begin, std::size_t end) : message_(message), at_(begin), end_(end) {}
  explicit WireReader(std::string_view message) : WireReader(message, 0, message.size()) {}
  // Of something that is no part of a message: pointers have nowhere to lead.
  static WireReader alone(std::string_view bytes) {
    WireReader reader(bytes);
    reader.pointers_ = false;
    return reader;
  }

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::string_view bytes(std::size_t count);  // view into the message
  std::string_view string();                  // <character-string>, RFC 1035 §3.3
  std::string_view rest();
  // Each pointer must lead to before the part of the name that it ends, so that there is no loop (RFC 1035 §4.1.4
  // speaks of a prior occurrence), and the whole is at most max_name octets.
  Name name();

  std::size_t offset() const { return at_; }
  std::size_t left() const { return end_ - at_; }
  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

 private:
  std::string_view message_;
  std::size_t at_;
  std::size_t end_;
  bool pointers_ = true;
  bool failed_ = false;
};

// Appends to a string; without compression.
class WireWriter {
 public:
  explicit WireWriter(std::string& out) : out_(out) {}

  void u8(std::uint8_t value) { out_ += static_cast<char>(value); }
  void u16(std::uint16_t value);
  void u32(std::uint32_t value);
  void bytes(std::string_view bytes) { out_ += bytes; }
  void string(std::string_view text);  // more than 255 octets: failed
  void name(const Name& name) { out_ += name.wire(); }

  bool failed() const { return failed_; }
  void fail() { failed_ = true; }

 private:
  std::string& out_;
  bool failed_ = false;
};

}  // namespace sm::dns
