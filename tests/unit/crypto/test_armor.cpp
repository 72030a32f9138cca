#include "crypto/armor.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "io/descriptor.hpp"
#include "io/memory.hpp"

using namespace sm;
using namespace std::string_literals;

namespace {

std::string some_bytes(std::size_t count) {
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) bytes += static_cast<char>(i * 7 + 1);
  return bytes;
}

std::string block(std::string_view inside, std::string_view name = "MESSAGE") {
  return "-----BEGIN PGP " + std::string(name) + "-----\n" + std::string(inside) + "-----END PGP " + std::string(name) +
         "-----\n";
}

// Gives `piece` bytes a read.
class Pieces final : public Source {
 public:
  Pieces(std::string_view text, std::size_t piece) : rest_(text), piece_(piece) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min({piece_, buffer.size(), rest_.size()});
    rest_.copy(buffer.data(), count);
    rest_.remove_prefix(count);
    return count;
  }
  std::string_view rest() const { return rest_; }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

std::string text_of(const Result<std::string>& result) {
  return result ? *result : result.error().code;
}

// The first block's bytes, or the error's code; the same whole and streamed in pieces of every kind.
std::string opened(std::string_view text) {
  const auto blocks = dearmor(text);
  const std::string whole = !blocks ? blocks.error().code : blocks->empty() ? "(none)" : blocks->front().bytes;
  const auto secret = dearmor_secret(text);
  CHECK(whole == (!secret           ? secret.error().code
                  : secret->empty() ? std::string("(none)")
                                    : std::string(secret->front().bytes.view())));
  for (const std::size_t piece : {1, 2, 3, 7, 64, 100'000}) {
    CAPTURE(piece);
    Pieces pieces(text, piece);
    DearmorSource source(pieces);
    const std::string streamed = text_of(read_all(source, 1 << 20));
    if (whole == "(none)") {
      CHECK(streamed == text);
    } else {
      CHECK(streamed == whole);
    }
  }
  return whole;
}

// 83 bytes, made with "gpg --enarmor".
constexpr std::string_view gpg_block =
    "-----BEGIN PGP ARMORED FILE-----\n"
    "Comment: Use \"gpg --dearmor\" for unpacking\n"
    "\n"
    "c210b29scwD/IHdyaXRlcyBhcm1vciwgYW5kIHNvIGRvZXMgZ3BnOiB0aGlzIGlz\n"
    "IGEgbGluZSB0aGF0IGdvZXMgb3ZlciBvbmUgbGluZSBvZiBhcm1vci4=\n"
    "=6k+h\n"
    "-----END PGP ARMORED FILE-----\n";
const std::string gpg_bytes =
    "smtools\0\xFF writes armor, and so does gpg: this is a line that goes over one line of armor."s;

}  // namespace

TEST_CASE("crypto/armor: known texts") {
  CHECK(armor(ArmorKind::message, "") == "-----BEGIN PGP MESSAGE-----\n\n=twTO\n-----END PGP MESSAGE-----\n");
  CHECK(armor(ArmorKind::signature, "\x01", "\r\n") ==
        "-----BEGIN PGP SIGNATURE-----\r\n\r\nAQ==\r\n=5yUo\r\n-----END PGP SIGNATURE-----\r\n");
  CHECK(armor(ArmorKind::other, gpg_bytes) ==
        "-----BEGIN PGP ARMORED FILE-----\n\n" + std::string(gpg_block.substr(gpg_block.find("\n\n") + 2)));
  CHECK(opened(gpg_block) == gpg_bytes);
  // Checksums computed bit by bit.
  const std::pair<std::size_t, const char*> sums[] = {{2, "PeOx"},  {3, "oPtt"},  {15, "GgTZ"}, {16, "1OWy"},
                                                      {17, "z45X"}, {48, "/6Rg"}, {100, "BDSk"}};
  for (const auto& [size, sum] : sums) {
    CHECK(armor(ArmorKind::message, some_bytes(size)).find("\n=" + std::string(sum) + "\n-----END") !=
          std::string::npos);
  }
}

TEST_CASE("crypto/armor: lines of 64 characters") {
  const std::string text = armor(ArmorKind::public_key, some_bytes(100));
  CHECK(text.starts_with("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"));
  const std::size_t data = text.find("\n\n") + 2;
  CHECK(text.find('\n', data) - data == 64);
  CHECK(armor(ArmorKind::private_key, some_bytes(48)).find("\n\n=") == std::string::npos);
  for (const std::size_t size : {0, 1, 48, 200'000}) {
    CHECK(armor_secret(ArmorKind::private_key, some_bytes(size)).view() ==
          armor(ArmorKind::private_key, some_bytes(size)));
  }
}

TEST_CASE("crypto/armor: what is written in any pieces is read back in any pieces") {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes = some_bytes(size);
    for (const std::string_view eol : {"\n", "\r\n"}) {
      const std::string text = armor(ArmorKind::message, bytes, eol);
      CHECK(opened(text) == bytes);
      for (const std::size_t piece : {1, 5, 16}) {
        StringSink out;
        ArmorSink sink(out, ArmorKind::message, eol);
        for (std::size_t i = 0; i < size; i += piece) REQUIRE(sink.write(std::string_view(bytes).substr(i, piece)));
        REQUIRE(sink.finish());
        CHECK(out.text() == text);
      }
    }
  }
  for (const std::size_t size : {48 * 1024 - 1, 48 * 1024, 48 * 1024 + 1, 500'000})
    CHECK(opened(armor(ArmorKind::message, some_bytes(size))) == some_bytes(size));
}

TEST_CASE("crypto/armor: the sink's errors come back") {
  StringSink small(100);
  ArmorSink sink(small, ArmorKind::message, "\n");
  const auto written = sink.write(some_bytes(200'000));
  REQUIRE_FALSE(written);
  CHECK(written.error().code == "io.too-long");
}

TEST_CASE("crypto/armor: kinds") {
  for (const ArmorKind kind :
       {ArmorKind::message, ArmorKind::public_key, ArmorKind::private_key, ArmorKind::signature, ArmorKind::other}) {
    const auto blocks = dearmor(armor(kind, "x"));
    REQUIRE(blocks);
    REQUIRE(blocks->size() == 1);
    CHECK((*blocks)[0].kind == kind);
  }
  CHECK((*dearmor(block("\nAQ==\n", "MESSAGE, PART 1/2")))[0].kind == ArmorKind::other);
}

TEST_CASE("crypto/armor: every block, with text between") {
  const std::string text = "hello\n" + armor(ArmorKind::public_key, "one") + "and\r\n> -----BEGIN PGP MESSAGE-----\n" +
                           armor(ArmorKind::signature, "two", "\r\n") + "bye";
  const auto blocks = dearmor(text);
  REQUIRE(blocks);
  REQUIRE(blocks->size() == 2);
  CHECK((*blocks)[0].kind == ArmorKind::public_key);
  CHECK((*blocks)[0].bytes == "one");
  CHECK((*blocks)[1].kind == ArmorKind::signature);
  CHECK((*blocks)[1].bytes == "two");
  CHECK(opened(text) == "one");
  CHECK(dearmor("no block")->empty());
  CHECK(dearmor("")->empty());
}

TEST_CASE("crypto/armor: a clear-signed text is a head without data and its signature") {
  const auto blocks =
      dearmor("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n- -----BEGIN PGP MESSAGE-----\nabc=\n" +
              armor(ArmorKind::signature, "two"));
  REQUIRE(blocks);
  REQUIRE(blocks->size() == 2);
  CHECK((*blocks)[0].kind == ArmorKind::signed_message);
  CHECK((*blocks)[0].bytes.empty());
  CHECK((*blocks)[1].bytes == "two");
}

TEST_CASE("crypto/armor: what is tolerated") {
  CHECK(opened(block("\nAQID\n")) == "\1\2\3");  // no checksum
  CHECK(opened(block("\nAQIDBA==\n")) == "\1\2\3\4");
  CHECK(opened(block("\nAQ\nIDBAU=\n\n")) == "\1\2\3\4\5");              // lines of any length
  CHECK(opened(block(" \t\r\nAQID \t\n  BAUG\n\n")) == "\1\2\3\4\5\6");  // white space around lines
  CHECK(opened(block("AQID\n")) == "\1\2\3");                            // no blank line
  CHECK(opened(block("Version: 1\nAQID\n")) == "\1\2\3");
  CHECK(opened(block("Version: x\nHash: SHA256\nComment: \n\nAQID\n")) == "\1\2\3");
  CHECK(opened("\xEF\xBB\xBF" + block("\nAQID\n")) == "\1\2\3");
  CHECK(opened("\n \t" + block("\nAQID\n")) == "\1\2\3");
  CHECK(opened("some text\n" + block("\nAQID\n") + "more") == "\1\2\3");
  CHECK(opened("-----BEGIN PGP MESSAGE-----\r\rAQID\r-----END PGP MESSAGE-----") == "\1\2\3");
  CHECK(opened("-----BEGIN PGP MESSAGE----- \n\nAQID\n-----END PGP MESSAGE-----") == "\1\2\3");
  CHECK(opened(block("\n")) == "");
  CHECK(opened(block("")) == "");
}

TEST_CASE("crypto/armor: a damaged block is refused") {
  const std::string good(gpg_block);
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return opened(text.replace(at, from.size(), to));
  };
  CHECK(with("=6k+h", "=6k+i") == "crypto.bad-armor");
  CHECK(with("=6k+h", "=6k+") == "crypto.bad-armor");
  CHECK(with("=6k+h", "=6k+hh") == "crypto.bad-armor");
  CHECK(with("=6k+h", "==6k+") == "crypto.bad-armor");
  CHECK(with("=6k+h", "=6k+h\n=6k+h") == "crypto.bad-armor");
  CHECK(with("=6k+h", "AAAA") == "crypto.bad-armor");
  CHECK(with("=6k+h\n", "") == gpg_bytes);
  CHECK(with("c210", "c211") == "crypto.bad-armor");
  CHECK(with("c210", "c21!") == "crypto.bad-armor");
  CHECK(with("c210", "c2-0") == "crypto.bad-armor");
  CHECK(with("c210", "c2=0") == "crypto.bad-armor");
  CHECK(with("c210", "c21") == "crypto.bad-armor");
  CHECK(with("c210", std::string_view("c2\0001", 4)) == "crypto.bad-armor");
  CHECK(with("vci4=", "vci4") == "crypto.bad-armor");
  CHECK(with("vci4=", "vci4==") == "crypto.bad-armor");
  CHECK(with("-----END PGP ARMORED FILE-----\n", "") == "crypto.bad-armor");
  CHECK(with("-----END PGP ARMORED", "-----END PGP MESSAGE") == "crypto.bad-armor");
  CHECK(with("-----END", "---- END") == "crypto.bad-armor");
  CHECK(with("-----END", std::string(5'000, '\n') + "-----END") == "crypto.bad-armor");
  for (std::size_t size = good.find("\n\n") + 2; size < good.size() - 1; ++size) {
    CAPTURE(size);
    CHECK(dearmor(good.substr(0, size)).has_value() == false);
  }
  // One damaged block spoils all.
  CHECK_FALSE(dearmor(good + block("\nAQ\n")).has_value());
}

TEST_CASE("crypto/armor: an error stays") {
  StringSource text("-----BEGIN PGP MESSAGE-----\n\nAQ!D\n");
  DearmorSource source(text);
  char buffer[16];
  for (int i = 0; i < 3; ++i) {
    const auto count = source.read(buffer);
    REQUIRE_FALSE(count);
    CHECK(count.error().code == "crypto.bad-armor");
    CHECK(count.error().kind == ErrorKind::data);
  }
}

TEST_CASE("crypto/armor: an error of the source stays, too") {
  class FailsOnce final : public Source {
   public:
    Result<std::size_t> read(std::span<char>) override {
      if (std::exchange(failed_, true)) return std::size_t{0};
      return fail(ErrorKind::temporary, "io.read", "no");
    }

   private:
    bool failed_ = false;
  };
  FailsOnce broken;
  DearmorSource source(broken);
  CHECK(text_of(read_all(source, 100)) == "io.read");
  CHECK(text_of(read_all(source, 100)) == "io.read");
}

TEST_CASE("crypto/armor: a stream that is no armor passes as it is") {
  for (const std::string& text :
       {"\x85\x01\x0C-----BEGIN PGP MESSAGE-----\n\nAQID\n"s, "\xEF\xBB"s, "\xEF"s, "\xEF\xBB\xBF"s, "-----BEGIN PGP"s,
        "plain\ntext\n"s, ""s, "-----BEGIN PGP MESSAGE---\n"s,
        "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"s, "x -----BEGIN PGP MESSAGE-----\n"s,
        std::string(200'000, 'x'), std::string(70'000, '\n') + "y"}) {
    for (const std::size_t piece : {1, 3, 1'000'000}) {
      Pieces pieces(text, piece);
      DearmorSource source(pieces);
      CHECK(text_of(read_all(source, 1 << 20)) == text);
    }
  }
  // A packet that contains armor is not armor.
  std::string binary = "\xCB\x40" + armor(ArmorKind::message, "x");
  StringSource bytes(binary);
  DearmorSource source(bytes);
  CHECK(text_of(read_all(source, 1 << 20)) == binary);
}

TEST_CASE("crypto/armor: text before a block is skipped up to 64 KiB, headers are limited") {
  const std::string text = block("\nAQID\n");

  CHECK(opened(std::string(40'000, '\n') + text) == "\1\2\3");
  const std::string late = std::string(200'000, '\n') + text;
  Pieces pieces(late, 1'000);
  DearmorSource source(pieces);
  CHECK(text_of(read_all(source, 1 << 20)) == late);
  std::string headers;
  for (int i = 0; i < 10'000; ++i) headers += "Comment: x\n";
  const std::string many = block(headers + "\nAQID\n");
  Pieces more(many, 1'000);
  DearmorSource limited(more);
  CHECK(text_of(read_all(limited, 1 << 20)) == "crypto.bad-armor");
}

TEST_CASE("crypto/armor: only what belongs to the block is read") {
  const std::string text = armor(ArmorKind::message, "one") + "x";
  Pieces pieces(text, 1);
  DearmorSource source(pieces);
  CHECK(text_of(read_all(source, 100)) == "one");
  CHECK(pieces.rest() == "\nx");
}

TEST_CASE("crypto/armor: whether text is armored") {
  CHECK(is_armored(gpg_block));
  CHECK(is_armored(" \r\n\t-----BEGIN PGP MESSAGE-----\r\n"));
  CHECK(is_armored("\xEF\xBB\xBF-----BEGIN PGP PUBLIC KEY BLOCK-----"));
  CHECK_FALSE(is_armored(""));
  CHECK_FALSE(is_armored("x\n-----BEGIN PGP MESSAGE-----\n"));
  CHECK_FALSE(is_armored("-----BEGIN PGP MESSAGE--\n"));
  CHECK_FALSE(is_armored("-----BEGIN PGP ----\n"));
  CHECK_FALSE(is_armored("-----BEGIN CERTIFICATE-----\n"));
  CHECK_FALSE(is_armored("\x85\x01"));
}

TEST_CASE("crypto/armor: hostile text takes linear time") {
  for (const std::string_view unit :
       {"-----BEGIN PGP ", "-----BEGIN PGP MESSAGE-----\n", "-----BEGIN PGP MESSAGE-----", "a:b\n", "=", "-",
        "-----END PGP MESSAGE", "A\n", "\n", "-----BEGIN PGP SIGNED MESSAGE-----\n"}) {
    CAPTURE(unit);
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string_view before : {"", "-----BEGIN PGP MESSAGE-----\n\n"}) {
      const std::string hostile = std::string(before) + text;
      (void)dearmor(hostile);
      (void)is_armored(hostile);
      Pieces pieces(hostile, 999);
      DearmorSource source(pieces);
      (void)read_all(source, 2'000'000);
    }
    CHECK(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() < 3);
  }
}
