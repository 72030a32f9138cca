#include "crypto/radix64.hpp"

#include <doctest/doctest.h>

#include "text/base64.hpp"

using namespace sm;

namespace {

std::string some_bytes(std::size_t count) {
  std::string bytes;
  for (unsigned value = 1; bytes.size() < count; value = value * 1103515245 + 12345)
    bytes += static_cast<char>(value >> 16);
  return bytes;
}

// As RFC 9580 §6.1.1 writes it down, a bit at a time.
std::string by_bits(std::string_view bytes) {
  unsigned crc = 0xB704CE;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 16;
    for (int i = 0; i < 8; ++i) {
      crc <<= 1;
      if ((crc & 0x1000000) != 0) crc ^= 0x1864CFB;
    }
  }
  return {static_cast<char>(crc >> 16), static_cast<char>(crc >> 8 & 255), static_cast<char>(crc & 255)};
}

}  // namespace

TEST_CASE("crypto/radix64: the checksum is the standard's at every length and cut") {
  const std::string bytes = some_bytes(1'000);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    CAPTURE(size);
    Crc24 at_once;
    at_once.add(std::string_view(bytes).substr(0, size));
    CHECK(at_once.value() == by_bits(std::string_view(bytes).substr(0, size)));
    Crc24 cut;
    cut.add(std::string_view(bytes).substr(0, size));
    cut.add(std::string_view(bytes).substr(size));
    CHECK(cut.value() == by_bits(bytes));
  }
}

TEST_CASE("crypto/radix64: lines are the base64 of their bytes") {
  for (const std::string_view eol : {"\n", "\r\n"}) {
    for (std::size_t lines = 0; lines < 50; ++lines) {
      // In memory of exactly this size, so that a sanitizer sees a read past its end.
      const std::string bytes = some_bytes(lines * radix64_line);
      std::string expected = "before";
      for (std::size_t i = 0; i < lines; ++i) {
        expected += base64_encode(std::string_view(bytes).substr(i * radix64_line, radix64_line));
        expected += eol;
      }
      std::string out = "before";
      encode_radix64_lines(bytes, eol, out);
      CHECK(out == expected);
    }
  }
  // Every value of a byte at every place.
  std::string all;
  for (std::size_t place = 0; place < radix64_line; ++place) {
    for (int value = 0; value < 256; ++value) {
      std::string line(radix64_line, static_cast<char>(value ^ 0x5A));
      line[place] = static_cast<char>(value);
      all += line;
    }
  }
  std::string out;
  encode_radix64_lines(all, "", out);
  CHECK(out == base64_encode(all));
}
