#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/primitives.hpp"

namespace {

template <std::size_t Size>
std::string hex(const std::array<unsigned char, Size>& digest) {
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

const std::string two_blocks = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

}  // namespace

// The vectors are NIST's examples to FIPS 180-4, and its million of "a".
TEST_CASE("base/primitives: SHA-1 agrees with FIPS 180-4") {
  CHECK(hex(sm::sha1("")) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  sm::Sha1 many;
  for (const char* text : {"", "abc", ""}) CHECK(many.digest(text) == sm::sha1(text));
  CHECK(hex(sm::sha1("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(sm::sha1(two_blocks)) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  CHECK(hex(sm::sha1(std::string(1'000'000, 'a'))) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST_CASE("base/primitives: SHA-256 agrees with FIPS 180-4") {
  CHECK(hex(sm::sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sm::sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sm::sha256(two_blocks)) == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(sm::sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("base/primitives: random bytes fill the whole span and differ") {
  std::string a(1000, '\0');
  std::string b(1000, '\0');
  sm::random_bytes(a);
  sm::random_bytes(b);
  CHECK(a != b);
  // Each of 256 values is expected four times; a part that was not filled would be a run of zeros.
  CHECK(a.find(std::string(8, '\0')) == std::string::npos);
  sm::random_bytes({});
}

TEST_CASE("base/primitives: the cipher undoes itself, at any place and in any pieces") {
  sm::EphemeralCipher cipher;
  std::string plain(100'000, '\0');
  for (std::size_t i = 0; i < plain.size(); ++i) plain[i] = static_cast<char>(i * 7 % 251);
  std::string whole = plain;
  cipher.apply(0, whole);
  CHECK(whole != plain);

  std::string pieces = plain;
  for (std::size_t begin = 0, size = 1; begin < pieces.size(); begin += size, size = size * 3 % 9973) {
    size = std::min(size, pieces.size() - begin);
    cipher.apply(begin, std::span(pieces).subspan(begin, size));
  }
  CHECK(pieces == whole);

  for (const std::size_t position : {99'990u, 17u, 16u, 15u, 0u, 4096u, 65'537u}) {
    CAPTURE(position);
    std::string part = whole.substr(position, 40);
    cipher.apply(position, part);
    CHECK(part == plain.substr(position, 40));
  }
}

TEST_CASE("base/primitives: the cipher's stream does not repeat, nor does it in another object") {
  sm::EphemeralCipher cipher;
  std::string stream(64 * 1024, '\0');
  cipher.apply(0, stream);
  // 2^32 blocks further the counter's lower words are the same again.
  std::string far(64, '\0');
  cipher.apply(std::uint64_t{16} << 32, far);
  CHECK(stream.find(far.substr(0, 16)) == std::string::npos);
  CHECK(stream.substr(16).find(stream.substr(0, 16)) == std::string::npos);

  sm::EphemeralCipher other;
  std::string others(64, '\0');
  other.apply(0, others);
  CHECK(others != stream.substr(0, 64));

  sm::EphemeralCipher moved = std::move(cipher);
  std::string again(64, '\0');
  moved.apply(0, again);
  CHECK(again == stream.substr(0, 64));
}
