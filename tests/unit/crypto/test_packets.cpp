#include "crypto/packets.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace sm;
using namespace std::string_literals;

namespace {

std::string code(std::string_view bytes) {
  const auto packets = split_packets(bytes);
  return packets ? "fine" : packets.error().code;
}

}  // namespace

TEST_CASE("crypto/packets: every definite length of both formats") {
  struct Row {
    std::string header;
    std::size_t length;
  };
  const Row rows[] = {
      {"\x98\x05"s, 5},                     // legacy tag 6, one octet
      {"\x99\x01\x02"s, 0x102},             // two
      {"\x9A\x00\x01\x00\x03"s, 0x10003},   // four
      {"\xC6\x00"s, 0},                     // current tag 6
      {"\xC6\xBF"s, 191},                   // the most of one octet
      {"\xC6\xC0\x00"s, 192},               // the least of two
      {"\xC6\xDF\xFF"s, 8383},              // the most of two
      {"\xC6\xFF\x00\x00\x20\xC0"s, 8384},  // five
      {"\xC6\xFF\x00\x00\x00\x01"s, 1},     // longer than need be
  };
  std::string all;
  for (const Row& row : rows) all += row.header + std::string(row.length, 'x');
  const auto packets = split_packets(all);
  REQUIRE(packets);
  REQUIRE(packets->size() == std::size(rows));
  std::size_t offset = 0;
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    CHECK((*packets)[i].tag == packet_public_key);
    CHECK((*packets)[i].body == std::string(rows[i].length, 'x'));
    CHECK((*packets)[i].raw.data() == all.data() + offset);
    CHECK((*packets)[i].raw.size() == rows[i].header.size() + rows[i].length);
    offset += (*packets)[i].raw.size();
    CHECK(first_tag(rows[i].header) == packet_public_key);
  }
  CHECK(split_packets("")->empty());
}

TEST_CASE("crypto/packets: what has no definite length or is cut short is refused") {
  for (const std::string& bytes : {"\x9B"s,
                                   "\xAF"
                                   "abc"s,
                                   "\xCB\xE1"
                                   "a"s,
                                   "\xCB\xFE"s, "\xC6"s, "\xC6\xC0"s, "\xC6\xFF\x00\x00\x00"s, "\x99\x00"s,
                                   "\x9A\x00\x00\x00"s, "\x98\x02x"s, "\xC6\x02x"s, "\xC6\xFF\xFF\xFF\xFF\xFFx"s,
                                   "\xC6\x01xz"s, "\xC6\x01x\x06\x01x"s, "\x80\x00"s, "\xC0\x00"s, "hello"s}) {
    CAPTURE(bytes);
    CHECK(code(bytes) == "crypto.bad-packet");
  }
}

TEST_CASE("crypto/packets: at most 100,000") {
  std::string bytes;
  for (int i = 0; i < 100'000; ++i) bytes += "\xCA\x00"s;
  CHECK(split_packets(bytes)->size() == 100'000);
  CHECK(code(bytes + "\xCA\x00"s) == "crypto.bad-packet");
}

TEST_CASE("crypto/packets: the first tag is known from one byte") {
  CHECK(first_tag("\x85") == packet_pkesk);
  CHECK(first_tag("\xC1") == packet_pkesk);
  CHECK(first_tag("\xC3") == packet_skesk);
  CHECK(first_tag("\x88") == packet_signature);
  CHECK(first_tag("\x90") == packet_one_pass_signature);
  CHECK(first_tag("\xA3") == packet_compressed);  // gpg's indeterminate length
  CHECK(first_tag("\xD2\xED") == packet_encrypted_integrity);
  CHECK(first_tag("\xCB\xE0") == packet_literal);
  CHECK(first_tag("\xD4\xE0") == 20);
}

TEST_CASE("crypto/packets: what is no packet has no tag") {
  CHECK_FALSE(first_tag(""));
  CHECK_FALSE(first_tag("-----BEGIN PGP MESSAGE-----"));
  CHECK_FALSE(first_tag("\x0A"));
  CHECK_FALSE(first_tag("\x80"));  // reserved
  CHECK_FALSE(first_tag("\xC0"));
  CHECK_FALSE(first_tag("\xBC"));          // 15
  CHECK_FALSE(first_tag("\xD0"));          // 16
  CHECK_FALSE(first_tag("\xEF\xBB\xBF"));  // byte order mark: tag 47
  CHECK_FALSE(first_tag("\xFF"));
  CHECK_FALSE(first_tag("\x87"));                // a PKESK without a length
  CHECK_FALSE(first_tag("\xC1\xE1"));            // and in parts
  CHECK(first_tag("\xC1\xFF") == packet_pkesk);  // a length of four octets is none of a part
}
