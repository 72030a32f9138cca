#include <doctest/doctest.h>

#include "mime/header_protection.hpp"
#include "mime/legacy_display.hpp"

using namespace sm;
using namespace sm::mime;

namespace {

std::string restored(const std::string& outer, const std::string& inside, HeaderMark mark = {Protection::cipher, false},
                     bool keep_from = false) {
  return restored_header(parse_header(outer), parse_header(inside), mark, keep_from, Eol::lf, false);
}

}  // namespace

TEST_CASE("mime/header_protection: outside, the Subject is hidden and what need not be seen is gone") {
  const std::string text = "From: a\nKEYWORDS: k\n k\nsubject: one\n two\nComments: c\nSubject: again\nX: y\n";
  CHECK(obscured_header(parse_header(text), "\n") == "From: a\nSubject: [...]\nX: y\n");
}

TEST_CASE("mime/header_protection: copies with CRLF, HP-Outer for each that is outside") {
  const std::string text =
      "Received: x\nFrom: a \n\tb\nBcc: c\nResent-BCC: c\nSubject: s\nKeywords: k\nMIME-Version: 1.0\nContent-Type: "
      "text/plain\nHP-Outer: Subject: old\nDKIM-Signature: d\n";
  const Header header = parse_header(text);
  const std::string outside = obscured_header(header, "\n");
  const auto fields = protected_fields(header, parse_header(outside), Protection::cipher, false, false);
  CHECK(fields.text ==
        "From: a\r\n \tb\r\nSubject: s\r\nKeywords: k\r\nHP-Outer: From: a\r\n \tb\r\nHP-Outer: Subject: [...]\r\n");
  CHECK(protected_fields(header, header, Protection::clear, false, false).text ==
        "From: a\r\n \tb\r\nSubject: s\r\nKeywords: k\r\n");
}

TEST_CASE("mime/header_protection: what a signature can't carry is encoded or left out") {
  const std::string text =
      "Subject: \xC3\x84nderung\nTo: J\xC3\xB6rg <j@example.org>\nX-Long: " + std::string(1200, 'x') +
      "\nReferences: " + std::string(600, 'a') + " " + std::string(600, 'b') + "\n";
  const Header header = parse_header(text);
  const auto fields = protected_fields(header, header, Protection::clear, true, false);
  CHECK(fields.text == "Subject: =?utf-8?B?w4RuZGVydW5n?=\r\nReferences: " + std::string(600, 'a') + "\r\n " +
                           std::string(600, 'b') + "\r\n");
  const std::string twice = "X: a\nX: \xC3\x84\nY: b\n";
  CHECK(protected_fields(parse_header(twice), {}, Protection::clear, true, false).text == "Y: b\r\n");
  CHECK(fields.left_out == std::vector<std::string>{"to", "x-long"});
}

TEST_CASE("mime/header_protection: marks are put on, taken off and read") {
  const std::string marks = ";\r\n hp=\"cipher\"; protected-headers=\"v1\"\r\n";
  CHECK(marked_header("Content-Type: text/plain; charset=x\r\nContent-ID: i\r\n", Protection::cipher) ==
        "Content-Type: text/plain; charset=x" + marks + "Content-ID: i\r\n");
  CHECK(marked_header("Content-ID: i\r\n", Protection::cipher) == "Content-ID: i\r\nContent-Type: text/plain" + marks);
  CHECK(marked_header("Content-Type: text/plain; hp=\"clear\"; a=b; protected-headers=v1;\r\n", Protection::cipher) ==
        "Content-Type: text/plain; a=b" + marks);
  // One that ends in a comment or a string is written anew, with what it says.
  CHECK(marked_header("Content-Type: multipart/mixed; boundary=b (open\r\n", Protection::cipher) ==
        "Content-Type: multipart/mixed;\r\n boundary=\"b\"" + marks);
  CHECK(marked_header("Content-Type: text/plain; name=\"a\\\"b\xC3\xA4\r\n", Protection::cipher) ==
        "Content-Type: text/plain;\r\n name*=utf-8''a%22b%C3%A4" + marks);
  CHECK(unmarked(" text/plain; charset=x;\r\n hp=\"cipher\"; protected-headers=\"v1\"") == " text/plain; charset=x");
  CHECK(unmarked(" text/plain (a;hp=\"x\"); name=\"b;hp=clear\"; HP=clear; z=1") ==
        " text/plain (a;hp=\"x\"); name=\"b;hp=clear\"; z=1");

  const auto mark = [](const char* body) { return header_mark(parse_content_type(body)); };
  CHECK(mark("text/plain; hp=cipher; protected-headers=v1")->protection == Protection::cipher);
  CHECK(mark("text/plain; HP=\"Clear\"")->protection == Protection::clear);
  CHECK(mark("text/plain; protected-headers=\"v1\"")->older);
  CHECK_FALSE(mark("text/plain; hp=\"\""));
  CHECK_FALSE(mark("text/plain; protected-headers=\"v2\""));
  CHECK_FALSE(mark("text/plain; name=\"hp=cipher\""));
}

TEST_CASE("mime/header_protection: fields inside take the place of those outside") {
  CHECK(restored("A: 1\nSubject: [...]\nB: 2\n", "Subject: real\r\nKeywords: k\r\n") ==
        "A: 1\nSubject: real\nB: 2\nKeywords: k\n");
  CHECK(restored("X: 1\nX: 2\n", "X: 3\r\n") == "X: 3\n");
  CHECK(restored("Resent-To: 2\nResent-From: 2\nResent-To: 1\n", "Resent-To: b\nResent-To: a\nResent-From: c\n") ==
        "Resent-To: b\nResent-From: c\nResent-To: a\n");
  CHECK(restored("X: 1", "X: 3\r\nX: 4\r\n") == "X: 3\nX: 4\n");
  // Nothing that only the receiver's side writes, however it is spelt.
  CHECK(restored("",
                 "sm-verdict : good\nARC-Seal: x\nReceived-SPF: x\nReturn-path: x\nDelivered-To: x\nX-SPAM-y: x\n"
                 "dkim-signature: x\nAuthentication-Results: x\nAutocrypt-Gossip: x\nContent-Type: x\nMIME-Version: x\n"
                 "HP-Outer: x\n stray: \nOk: 1\n") == "Ok: 1\n");
  CHECK(restored("Received: a\nSubject: x\n", "Received: evil\nSubject: y\n") == "Received: a\nSubject: y\n");
  CHECK(restored("From: a\n", "From: b\n", {Protection::cipher, false}, true) == "From: a\n");
  // With all fields inside, an address for answers that stands outside alone is somebody else's.
  CHECK(restored("Reply-To: eve\nCc: eve\nList-Id: l\n", "To: bob\n") == "List-Id: l\nTo: bob\n");
  CHECK(restored("Reply-To: list\n", "To: bob\n", {Protection::clear, false}) == "Reply-To: list\nTo: bob\n");
  CHECK(restored("From: a\n", "Subject: x\n", {Protection::none, true}) == "From: a\n");
}

TEST_CASE("mime/header_protection: what was altered on the way") {
  const auto altered = [](const char* outer, const char* inside) {
    return altered_fields(parse_header(outer), parse_header(inside));
  };
  CHECK(altered("Subject: x\nTo: a\n", "Subject:  x\nTo: a\n").empty());
  CHECK(altered("Subject: [...]\n", "Subject: x\n").empty());
  CHECK(altered("Subject: y\nTo: b\n", "Subject: x\nTo: a\nTo: c\n") == std::vector<std::string>{"subject", "to"});
  CHECK(altered("To: hidden\n", "To: a\nHP-Outer: To: hidden\n").empty());
  CHECK(altered("Subject: =?utf-8?q?=C3=A4?=\n", "Subject: \xC3\xA4\n").empty());
}

TEST_CASE("mime/legacy_display: where it lies") {
  const std::string inside = "Subject: x\r\nTo: =?utf-8?q?J=C3=B6rg?= <j@example.org>\r\n";
  const auto end = [&](std::string_view text) {
    const auto found = find_legacy_display(text, false, parse_header(inside));
    return found ? found->end : 0;
  };
  CHECK(end("Subject: x\r\n\r\ntext") == 14);
  CHECK(end("Subject: x\n \nY") == 13);
  CHECK(end("subject: x\nTo: J\xC3\xB6rg <j@example.org>\n\nY") != 0);
  // What is no copy of the header is text.
  CHECK(end("\ntext") == 0);
  CHECK(end("Subject: y\n\ntext") == 0);
  CHECK(end("Subject: x\nPS: z\n\ntext") == 0);
  CHECK(end("Hello,\n\ntext") == 0);
  CHECK(end("no blank line\n") == 0);
  const auto html = [](std::string_view text) { return find_legacy_display(text, true, {}); };
  CHECK(html("<DIV id=a Class='header-protection-legacy-display'>x</Div>y") == Extent{0, 58});
  CHECK_FALSE(html("<div class=\"header-protection-legacy-display\">x"));
  CHECK_FALSE(html("<div class=\"header-protection-legacy-display\"><div>x</div></div>"));
  CHECK_FALSE(html("<div class=other>header-protection-legacy-display</div>"));
}
