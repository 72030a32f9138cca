#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "io/descriptor.hpp"
#include "io/filters.hpp"
#include "io/memory.hpp"
#include "pieces.hpp"

using sm::test::drain;
using sm::test::Pieces;

namespace {

// What EolSource says it does, a byte at a time.
std::string converted(std::string_view text, std::string_view eol, bool lone_cr) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") {
      out += eol;
      ++i;
    } else if (text[i] == '\n' || (lone_cr && text[i] == '\r')) {
      out += eol;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

TEST_CASE("io/filters: every short text of line ends is converted, whatever the pieces") {
  for (int length = 0; length <= 6; ++length) {
    int count = 1;
    for (int i = 0; i < length; ++i) count *= 3;
    for (int number = 0; number < count; ++number) {
      std::string text;
      for (int i = 0, rest = number; i < length; ++i, rest /= 3) text += "\r\nx"[rest % 3];
      for (const sm::Eol eol : {sm::Eol::lf, sm::Eol::crlf, sm::Eol::cr}) {
        for (const bool lone_cr : {false, true}) {
          const std::string expected = converted(text, sm::eol_text(eol), lone_cr);
          for (const std::size_t piece : {1u, 2u, 100u}) {
            for (const std::size_t buffer : {1u, 2u, 100u}) {
              Pieces pieces(text, piece);
              sm::EolSource source(pieces, eol, lone_cr);
              const std::string result = drain(source, buffer);
              if (result != expected) {
                CAPTURE(text);
                CAPTURE(piece);
                CAPTURE(buffer);
                CHECK(result == expected);
              }
            }
          }
        }
      }
    }
  }
}

TEST_CASE("io/filters: line ends that fall on the edges of large buffers") {
  std::string text;
  for (std::size_t i = 0; text.size() < 400'000; ++i) text += std::string(i * 37 % 211, 'x') + (i % 3 ? "\r\n" : "\n");
  text += std::string(200'000, 'y') + "\r";
  const std::string expected = converted(text, "\r\n", false);
  for (const std::size_t piece : {65'535u, 65'536u, 1'000'000u}) {
    for (const std::size_t buffer : {997u, 65'536u, 65'537u}) {
      Pieces pieces(text, piece);
      sm::EolSource source(pieces, sm::Eol::crlf);
      CHECK((drain(source, buffer) == expected));
    }
  }
}

TEST_CASE("io/filters: sources one after the other, empty ones too") {
  sm::ConcatSource source;
  source.add_text("");
  source.add_text("header\n");
  source.add(std::make_unique<sm::StringSource>("body"));
  source.add_text("");
  CHECK(drain(source, 3) == "header\nbody");
  std::string buffer(3, '\0');
  CHECK(*source.read(buffer) == 0);
  sm::ConcatSource none;
  CHECK(drain(none, 3).empty());
}

TEST_CASE("io/filters: a source that fails makes those above it fail") {
  sm::test::Failing failing("a\n");
  sm::EolSource eol(failing, sm::Eol::crlf);
  CHECK(sm::read_all(eol, 100).error().code == "test.failing");
  sm::ConcatSource concat;
  concat.add(std::make_unique<sm::test::Failing>("a"));
  concat.add_text("never");
  CHECK(sm::read_all(concat, 100).error().code == "test.failing");
}

TEST_CASE("io/filters: a tee copies what is read and hands on the copy's error") {
  sm::StringSource from("0123456789");
  sm::StringSink copy;
  sm::TeeSource tee(from, copy);
  std::string buffer(4, '\0');
  CHECK(*tee.read(buffer) == 4);
  CHECK(copy.text() == "0123");
  CHECK(drain(tee, 4) == "456789");
  CHECK(copy.text() == "0123456789");

  sm::StringSource again("0123456789");
  sm::StringSink small(5);
  sm::TeeSource failing(again, small);
  CHECK(*failing.read(buffer) == 4);
  CHECK(failing.read(buffer).error().code == "io.too-long");
}

TEST_CASE("io/filters: what is collected in memory, secret or not, keeps to its limit") {
  sm::StringSink text(5);
  sm::SecretSink secret(5);
  for (const std::string_view piece : {"ab", "", "cde"}) {
    CHECK(text.write(piece).has_value());
    CHECK(secret.write(piece).has_value());
  }
  CHECK(text.write("f").error().code == "io.too-long");
  CHECK(secret.write("f").error().code == "io.too-long");
  CHECK(text.text() == "abcde");
  CHECK(secret.view() == "abcde");
  CHECK(secret.take().view() == "abcde");
}

TEST_CASE("io/filters: a limit is reached but not passed") {
  sm::StringSink sink;
  sm::LimitSink limited(sink, 5, "test.limit");
  CHECK(limited.write("abc").has_value());
  CHECK(limited.write("de").has_value());
  CHECK(limited.write("").has_value());
  const auto beyond = limited.write("f");
  REQUIRE(!beyond);
  CHECK(beyond.error().code == "test.limit");
  CHECK(beyond.error().kind == sm::ErrorKind::data);
  CHECK(sink.text() == "abcde");
}
