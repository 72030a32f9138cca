#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "text/quoted_printable.hpp"

using namespace std::string_literals;

namespace {

std::string encode(std::string_view bytes, std::size_t piece = SIZE_MAX, std::string_view eol = "\n") {
  sm::QuotedPrintableEncoder encoder(eol);
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += std::min(piece, bytes.size() - i)) {
    encoder.put(bytes.substr(i, piece), out);
  }
  encoder.finish(out);
  return out;
}

std::pair<std::string, bool> decode(std::string_view text, std::size_t piece = SIZE_MAX) {
  sm::QuotedPrintableDecoder decoder;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += std::min(piece, text.size() - i)) {
    decoder.put(text.substr(i, piece), out);
  }
  decoder.finish(out);
  return {out, decoder.damaged()};
}

// With every LF or CRLF written as `eol`.
std::string with_eol(std::string_view text, std::string_view eol) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\r\n") {
      out += eol;
      ++i;
    } else if (text[i] == '\n') {
      out += eol;
    } else {
      out += text[i];
    }
  }
  return out;
}

// RFC 2045 §6.7 and RFC 3156 §3, for text with LF.
void check_form(const std::string& encoded) {
  for (std::size_t begin = 0; begin <= encoded.size();) {
    const std::size_t end = std::min(encoded.find('\n', begin), encoded.size());
    const std::string line = encoded.substr(begin, end - begin);
    CAPTURE(line);
    CHECK(line.size() <= 76);
    CHECK(!line.starts_with("From "));
    CHECK(!line.ends_with(' '));
    CHECK(!line.ends_with('\t'));
    CHECK(std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); }));
    begin = end + 1;
  }
}

}  // namespace

TEST_CASE("text/quoted_printable: what is escaped and what is not") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"plain text\n", "plain text\n"},
      {"no line end", "no line end"},
      {"a=b", "a=3Db"},
      {"Gr\xC3\xBC\xC3\x9F"
       "e",
       "Gr=C3=BC=C3=9Fe"},
      {"tab\tin", "tab\tin"},
      {"end \nend\t\nend  \n", "end=20\nend=09\nend =20\n"},
      {"end ", "end=20"},
      {" ", "=20"},
      {"\n \n", "\n=20\n"},
      {"-- \nme", "--=20\nme"},
      {"end \r\n", "end=20\n"},
      {"a\rb", "a=0Db"},
      {"a\r", "a=0D"},
      {"a\r\r\n", "a=0D\n"},
      {"a \rb", "a =0Db"},
      {"a \r", "a =0D"},
      {"a \r\r\nb", "a =0D\nb"},
      {"\0\x7F\x1B"s, "=00=7F=1B"},
      {"From me\n>From you\nFrom\nFrom: x\n", "=46rom me\n>From you\nFrom\nFrom: x\n"},
      {"From ", "From=20"},
      {"\nFrom \n", "\nFrom=20\n"},
      {"x From me", "x From me"},
      {"", ""},
  };
  for (const auto& c : cases) {
    const auto& bytes = c.first;
    const auto& text = c.second;
    CAPTURE(bytes);
    for (const std::size_t piece : {1u, 2u, 3u, 100u}) CHECK(encode(bytes, piece) == text);
  }
  CHECK(encode("a\nb\r\n", 1, "\r\n") == "a\r\nb\r\n");
}

TEST_CASE("text/quoted_printable: lines are broken at 76 and no earlier than they must") {
  const std::string x70(70, 'x');
  CHECK(encode(x70 + "123456\n") == x70 + "123456\n");
  CHECK(encode(x70 + "123456") == x70 + "123456");
  CHECK(encode(x70 + "1234567\n") == x70 + "12345=\n67\n");
  // An escape is never torn apart, wherever it falls.
  CHECK(encode(x70 + "123=\n") == x70 + "123=3D\n");
  CHECK(encode(x70 + "123=x\n") == x70 + "123=\n=3Dx\n");
  CHECK(encode(x70 + "1234=\n") == x70 + "1234=\n=3D\n");
  CHECK(encode(x70 + "12345=\n") == x70 + "12345=\n=3D\n");
  CHECK(encode(x70 + "123456=\n") == x70 + "12345=\n6=3D\n");
  // White space may stand before a soft break but not at the end.
  CHECK(encode(x70 + "1234 67\n") == x70 + "1234 =\n67\n");
  CHECK(encode(x70 + "12345 \n") == x70 + "12345=\n=20\n");
  // "From " that comes to the front by a soft break.
  CHECK(encode(x70 + "12345From you\n") == x70 + "12345=\n=46rom you\n");
}

TEST_CASE(
    "text/quoted_printable: every short text of the bytes that matter comes back, in proper form, in any pieces") {
  const std::string letters = " \r\n=F\xE4";
  for (int length = 0; length <= 5; ++length) {
    std::vector<std::size_t> digits(static_cast<std::size_t>(length), 0);
    for (;;) {
      std::string text;
      for (const std::size_t digit : digits) text += letters[digit];
      const std::string encoded = encode(text);
      if (encode(text, 1) != encoded || encode(text, 2) != encoded || decode(encoded).first != with_eol(text, "\n") ||
          decode(encoded).second || decode(encode(text, 1, "\r\n"), 1).first != with_eol(text, "\r\n")) {
        CAPTURE(text);
        CAPTURE(encoded);
        FAIL_CHECK("does not come back");
      }
      auto carry = digits.begin();
      while (carry != digits.end() && ++*carry == letters.size()) *carry++ = 0;
      if (carry == digits.end()) break;
    }
  }
}

TEST_CASE("text/quoted_printable: long texts come back in proper form") {
  const std::vector<std::string> words{"From ", "From", " ",    "\t", "=",         "\xC3\xA4",
                                       "word",  "\n",   "\r\n", "\r", "longerword"};
  unsigned state = 7;
  for (int round = 0; round < 200; ++round) {
    std::string text;
    while (text.size() < 600) {
      state = state * 1103515245 + 12345;
      text += words[(state >> 16) % words.size()];
    }
    const std::string encoded = encode(text);
    check_form(encoded);
    CHECK(decode(encoded) == std::pair(with_eol(text, "\n"), false));
    for (const std::size_t piece : {1u, 5u, 64u}) {
      CHECK(encode(text, piece) == encoded);
      CHECK(decode(encoded, piece) == decode(encoded));
    }
  }
}

TEST_CASE("text/quoted_printable: the decoder is tolerant and says so") {
  struct Case {
    std::string text;
    std::string bytes;
    bool damaged;
  };
  const std::vector<Case> cases{
      {"=C3=bc=c3=9F", "\xC3\xBC\xC3\x9F", false},
      {"soft=\nbreak=\r\nhere", "softbreakhere", false},
      {"soft= \t\nbreak= \r\nhere", "softbreakhere", false},  // RFC 2045 §6.7 (3)
      {"white \t\nspace \r\ngoes ", "white\nspace\r\ngoes", false},
      {"kept =20\n", "kept  \n", false},
      {"a b\tc", "a b\tc", false},
      {"a=", "a", false},
      {"a=\r", "a", false},
      {"a= ", "a", false},
      {"a=4", "a=4", true},
      {"a=4\n", "a=4\n", true},
      {"a=G1 =1G ==20", "a=G1 =1G = ", true},
      {"= x", "= x", true},
      {"=\rx", "=\rx", true},
      {"a \rb\r", "a \rb\r", false},  // a CR alone is no line end
      {"a \r", "a \r", false},
      {"a \r\r\n", "a \r\r\n", false},
      {"\xE4 raw\0"s, "\xE4 raw\0"s, false},
      {"\n\r\n", "\n\r\n", false},
      {"=\n=\n", "", false},
      {"= 41", "= 41", true},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    for (const std::size_t piece : {1u, 2u, 3u, 100u}) CHECK(decode(c.text, piece) == std::pair(c.bytes, c.damaged));
  }
}

TEST_CASE("text/quoted_printable: an endless run of spaces is not held for ever") {
  const std::string spaces(3 * sm::limits::line_bytes, ' ');
  sm::QuotedPrintableDecoder decoder;
  std::string out;
  decoder.put(spaces, out);
  CHECK(out.size() >= 2 * sm::limits::line_bytes);
  CHECK(decode(spaces, 4099) == decode(spaces));
  CHECK(decode(std::string(1000, ' ') + "\n").first == "\n");
}
