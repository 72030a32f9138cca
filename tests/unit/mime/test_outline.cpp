#include "mime/outline.hpp"

#include <doctest/doctest.h>

#include <map>

#include "base/limits.hpp"
#include "message_checks.hpp"

using namespace sm;
using namespace sm::mime;
using namespace sm::test;

namespace {

Outline outline_of(const std::string& input) {
  Document document = Document::from_string(input);
  auto outline = scan(document);
  REQUIRE(outline);
  return std::move(*outline);
}

// The flags of a leaf with this body, as words.
std::string flags(const std::string& body, const std::string& eol = "\n") {
  const Part part = outline_of("A: b" + eol + eol + body).parts[0];
  std::string out;
  const auto add = [&](bool flag, const char* name) {
    if (flag) out += out.empty() ? name : std::string(" ") + name;
  };
  add(part.has_8bit, "8bit");
  add(!part.valid_utf8, "no-utf8");
  add(part.has_nul, "nul");
  add(part.has_lone_cr, "cr");
  add(part.has_trailing_space, "space");
  add(part.has_leading_from, "from");
  add(part.has_bare_lf_and_crlf, "mixed");
  add(part.has_bare_line_end, "bare");
  return out;
}

}  // namespace

TEST_CASE("mime/outline: where each part lies") {
  const std::string input =
      "From a\nSubject: x\nContent-Type: multipart/mixed; boundary=b\n\npre\n--b\nA: b\n\none\n\n--b\nContent-Type: "
      "message/rfc822\n\nC: d\n\ntwo\n--b--\npost\n";
  const Outline outline = outline_of(input);
  REQUIRE(outline.parts.size() == 4);
  CHECK(slice(input, outline.mbox_line) == "From a\n");
  CHECK(outline.header == "Subject: x\nContent-Type: multipart/mixed; boundary=b\n");
  CHECK(outline.top().fields.size() == 2);
  CHECK(slice(input, outline.parts[0].header_bytes) == outline.header);
  CHECK(outline.parts[0].whole == Extent{7, input.size()});
  CHECK(slice(input, outline.parts[0].body).starts_with("pre\n--b\n"));
  CHECK(slice(input, outline.parts[0].closing) == "\n--b--");
  CHECK(outline.parts[0].closed);
  CHECK(outline.parts[0].children == std::vector<int>{1, 2});
  CHECK(slice(input, outline.parts[1].delimiter) == "\n--b\n");
  CHECK(slice(input, outline.parts[1].whole) == "A: b\n\none\n");
  CHECK(slice(input, outline.parts[1].body) == "one\n");
  CHECK(slice(input, outline.parts[2].whole) == "Content-Type: message/rfc822\n\nC: d\n\ntwo");
  CHECK(slice(input, outline.parts[3].whole) == "C: d\n\ntwo");
  CHECK(outline.parts[3].parent == 2);
  CHECK(outline.parts[3].depth == 2);
  CHECK(outline.parts[3].delimiter.size() == 0);
  CHECK(outline.eol == Eol::lf);
  CHECK(outline.findings.empty());
}

TEST_CASE("mime/outline: the bytes of a signed part end before the line end of the delimiter") {
  const std::string input =
      "Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: multipart/mixed; "
      "boundary=m\r\n\r\n--m\r\n\r\n"
      "x\r\n--m--\r\n--s\r\n\r\nsignature\r\n--s--\r\n";
  const Outline outline = outline_of(input);
  CHECK(slice(input, outline.parts[1].whole).ends_with("x\r\n--m--"));
  const std::string spaced = std::string(input).replace(input.find("--m--") + 5, 0, "\r\n");
  CHECK(slice(spaced, outline_of(spaced).parts[1].whole).ends_with("--m--\r\n"));
}

TEST_CASE("mime/outline: empty messages") {
  CHECK(outline_of("").empty);
  CHECK(outline_of("\n").empty);
  CHECK(outline_of("From a\n").empty);
  CHECK(outline_of("From a\n\n").empty);
  CHECK_FALSE(outline_of("x").empty);
  CHECK_FALSE(outline_of("A: b").empty);
  CHECK_FALSE(outline_of("\n\n").empty);
}

TEST_CASE("mime/outline: what a signature could not carry, body by body") {
  CHECK(flags("plain\r\ntext\r\n", "\r\n") == "");
  CHECK(flags("plain\n") == "bare");
  CHECK(flags("caf\xc3\xa9") == "8bit");
  CHECK(flags("caf\xe9") == "8bit no-utf8");
  CHECK(flags("cut \xe2\x82") == "8bit no-utf8");
  CHECK(flags(std::string("a\0b", 3)) == "nul");
  CHECK(flags("a\rb") == "cr");
  CHECK(flags("a\r") == "cr");
  CHECK(flags("a\r\r\n") == "cr");
  CHECK(flags("a \r\n") == "space");
  CHECK(flags("a\t\nb") == "space bare");
  CHECK(flags("a ") == "space");
  CHECK(flags(" ") == "space");
  CHECK(flags(" a\r\n") == "");
  CHECK(flags("a \rb") == "cr");
  CHECK(flags("From x") == "from");
  CHECK(flags("a\r\nFrom x") == "from");
  CHECK(flags("From\tx") == "");
  CHECK(flags("from x") == "");
  CHECK(flags("aFrom x") == "");
  CHECK(flags("\rFrom x") == "cr");
  CHECK(flags("a\r\nb\n") == "mixed bare");
  CHECK(flags("a\rb\r", "\r") == "bare");
  CHECK(flags("a\rb\r\n", "\r") == "mixed bare");
  CHECK(flags("a \rFrom b", "\r") == "space from bare");
}

TEST_CASE("mime/outline: every form of UTF-8, cut anywhere") {
  const std::map<std::string, bool> texts = {
      {"\xc2\x80", true},          {"\xdf\xbf", true},
      {"\xe0\xa0\x80", true},      {"\xef\xbf\xbf", true},
      {"\xed\x9f\xbf", true},      {"\xf0\x90\x80\x80", true},
      {"\xf4\x8f\xbf\xbf", true},  {"\xc1\xbf", false},
      {"\xe0\x9f\xbf", false},     {"\xed\xa0\x80", false},
      {"\xf0\x8f\xbf\xbf", false}, {"\xf4\x90\x80\x80", false},
      {"\xf5\x80\x80\x80", false}, {"\x80", false},
      {"\xc3\xc3\xa9", false},     {"\xff", false},
  };
  // Where a token ends depends on the buffer: the text is put across each such place.
  for (const auto& entry : texts) {
    const std::string& text = entry.first;
    const bool valid = entry.second;
    CAPTURE(printable(text));
    for (std::size_t before = 131072 - 6 - 6; before < 131072; ++before) {
      REQUIRE(outline_of("A: b\n\n" + std::string(before, 'x') + text + "y").parts[0].valid_utf8 == valid);
    }
  }
}

TEST_CASE("mime/outline: the length of the longest line") {
  const auto longest = [](const std::string& body) { return outline_of("A: b\r\n\r\n" + body).parts[0].longest_line; };
  CHECK(longest("") == 0);
  CHECK(longest("abc") == 3);
  CHECK(longest("abc\r\nab\r\n") == 3);
  CHECK(longest("abc\n") == 3);
  CHECK(longest("a\rc\r\r\n") == 4);
  CHECK(longest(std::string(3000000, 'x') + "\r\n") == 3000000);
}

TEST_CASE("mime/outline: preamble and epilogue have flags, apart from the parts") {
  const std::string text = "Content-Type: multipart/mixed; boundary=b\n\n";
  const Outline outline = outline_of(text + "pre \n--b\n\n\xe9\n--b--\nFrom x\n");
  CHECK(outline.parts[0].has_trailing_space);
  CHECK(outline.parts[0].has_leading_from);
  CHECK_FALSE(outline.parts[0].has_8bit);
  CHECK(outline.parts[1].has_8bit);
  CHECK_FALSE(outline.parts[1].has_trailing_space);
  // The end of one and the beginning of the other make no line together.
  CHECK(outline_of(text + "x\r\r\n--b--\n").parts[0].has_lone_cr);
  CHECK(outline_of(text + "Fro\n--b--").parts[0].longest_line == 3);
}

TEST_CASE("mime/outline: 8bit in a header is the header's") {
  const Outline outline = outline_of("Subject: \xc3\xa9\n\nx");
  CHECK(outline.parts[0].header_8bit);
  CHECK_FALSE(outline.parts[0].has_8bit);
}

TEST_CASE("mime/outline: an extent is read as a message of its own, at its place") {
  const std::string input =
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nFrom a\nA: b\n\nx\n--b\nno header\n--b--\n";
  Document document = Document::from_string(input);
  const Outline whole = *scan(document);
  const auto part = scan(document, whole.parts[1].whole);
  REQUIRE(part);
  CHECK(part->parts.size() == 1);
  CHECK(part->mbox_line.size() == 0);
  CHECK(part->parts[0].whole == whole.parts[1].whole);
  CHECK(slice(input, part->parts[0].body) == "From a\nA: b\n\nx");
  const auto second = scan(document, whole.parts[2].whole);
  REQUIRE(second);
  REQUIRE(second->findings.size() == 1);
  CHECK(second->findings[0].offset == whole.parts[2].whole.begin);
}

TEST_CASE("mime/outline: parts beyond the limit lie in their multipart as text") {
  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < limits::mime_parts + 5; ++i) wide += "--b\n\nx\n";
  const Outline outline = outline_of(wide + "--b--\n");
  CHECK(outline.parts.size() == limits::mime_parts);
  CHECK(outline.parts[0].cut);
  CHECK(outline.parts[0].closed);
  CHECK_FALSE(outline_of("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\ntext").parts[0].cut);
}

TEST_CASE("mime/outline: errors of the tokenizer and of the document come through") {
  Document document = Document::from_string("A: " + std::string(limits::header_bytes, 'x'));
  const auto outline = scan(document);
  REQUIRE_FALSE(outline);
  CHECK(outline.error().code == "mime.header-too-long");
}
