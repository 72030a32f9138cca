#include "mime/tokenizer.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/limits.hpp"
#include "message_checks.hpp"
#include "suites.hpp"

using namespace sm;
using namespace sm::mime;
using namespace sm::test;

namespace {

// One word a token: kind, part, its bytes; the line ends as "/", "|" (CRLF) and "^" (CR).
std::string sketch(std::string_view input, bool entity = false) {
  constexpr std::array names{"mbox", "header", "blank", "body", "text", "delimiter", "(", ")", "end"};
  StringSource source(input);
  Tokenizer tokenizer(source, entity);
  std::string out;
  for (;;) {
    const auto token = tokenizer.next();
    REQUIRE(token);
    if (token->kind == Token::Kind::end) return out;
    out += (out.empty() ? "" : " ") + std::string(names[static_cast<std::size_t>(token->kind)]);
    if (token->kind == Token::Kind::part_end) continue;
    out += std::to_string(token->part);
    if (token->kind == Token::Kind::part_begin) continue;
    out += token->closing ? "![" : "[";
    for (std::size_t i = 0; i < token->raw.size(); ++i) {
      const bool crlf = token->raw.substr(i).starts_with("\r\n");
      i += crlf ? 1 : 0;
      out += crlf ? '|' : token->raw[i] == '\n' ? '/' : token->raw[i] == '\r' ? '^' : token->raw[i];
    }
    out += ']';
  }
}

std::vector<std::string> findings(std::string_view input) {
  StringSource source(input);
  Tokenizer tokenizer(source);
  for (;;) {
    const auto token = tokenizer.next();
    if (!token || token->kind == Token::Kind::end) break;
  }
  std::vector<std::string> codes;
  for (const Finding& finding : tokenizer.findings())
    codes.push_back(finding.code + "@" + std::to_string(finding.part));
  return codes;
}

using Codes = std::vector<std::string>;

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// What the header of each part says.
std::vector<PartHeader> headers(std::string_view input) {
  StringSource source(input);
  Tokenizer tokenizer(source);
  std::vector<PartHeader> result;
  for (;;) {
    const auto token = tokenizer.next();
    REQUIRE(token);
    if (token->kind == Token::Kind::end) return result;
    if (token->kind == Token::Kind::separator) result.push_back(*token->header);
  }
}

}  // namespace

TEST_CASE("mime/tokenizer: header, blank line, body") {
  CHECK(sketch("A: b\nC: d\n e\n\nx\ny\n") == "(0 header0[A: b/] header0[C: d/] header0[ e/] blank0[/] body0[x/y/] )");
  CHECK(sketch("A: b\r\n\r\nx") == "(0 header0[A: b|] blank0[|] body0[x] )");
  CHECK(sketch("A: b\r\rx\ry") == "(0 header0[A: b^] blank0[^] body0[x^y] )");
  CHECK(sketch("A: b\n\n") == "(0 header0[A: b/] blank0[/] )");
  CHECK(sketch("A: b") == "(0 header0[A: b] blank0[] )");
  CHECK(sketch("\nx") == "(0 blank0[/] body0[x] )");
  CHECK(sketch("") == "(0 blank0[] )");
}

TEST_CASE("mime/tokenizer: a CR alone ends a line only where the first line ends with one") {
  CHECK(sketch("A: b\nC: d\re\n\nx") == "(0 header0[A: b/] header0[C: d^e/] blank0[/] body0[x] )");
  CHECK(sketch("A: b\rC: d\r\n\rx") == "(0 header0[A: b^] header0[C: d|] blank0[^] body0[x] )");
  const std::string parts = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n";
  CHECK(sketch(replaced(parts, "\n", "\r")) ==
        "(0 header0[Content-Type: multipart/mixed; boundary=b^] blank0[^] delimiter0[--b^] (1 blank1[^] body1[x] ) "
        "delimiter0![^--b--] text0[^] )");
  StringSource lf("a: b\nc: d\r\n");
  StringSource none("text");
  StringSource cr("text\r");
  for (auto [source, eol] : {std::pair{&lf, Eol::lf}, {&none, Eol::lf}, {&cr, Eol::cr}}) {
    Tokenizer tokenizer(*source);
    while (tokenizer.next()->kind != Token::Kind::end) continue;
    CHECK(tokenizer.first_eol() == eol);
  }
}

TEST_CASE("mime/tokenizer: the line end before a delimiter is the delimiter's") {
  const std::string input =
      "Content-Type: multipart/mixed; boundary=\"b\"\n\npre\n\n--b\nA: b\n\nx\n\n--b \t\n\ny\n--b--\nepilogue\n";
  CHECK(sketch(input) ==
        "(0 header0[Content-Type: multipart/mixed; boundary=\"b\"/] blank0[/] text0[pre/] delimiter0[/--b/] "
        "(1 header1[A: b/] blank1[/] body1[x/] ) delimiter0[/--b \t/] (2 blank2[/] body2[y] ) delimiter0![/--b--] "
        "text0[/epilogue/] )");
  CHECK(sketch(replaced(input, "\n", "\r\n")) ==
        "(0 header0[Content-Type: multipart/mixed; boundary=\"b\"|] blank0[|] text0[pre|] delimiter0[|--b|] "
        "(1 header1[A: b|] blank1[|] body1[x|] ) delimiter0[|--b \t|] (2 blank2[|] body2[y] ) delimiter0![|--b--] "
        "text0[|epilogue|] )");
  // A closing delimiter right before an outer one: what is signed ends with "--i--" (RFC 2046 §5.1.1).
  const std::string nested =
      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n"
      "--i--\n--o--";
  CHECK(sketch(nested).ends_with("delimiter1![/--i--] ) delimiter0![/--o--] )"));
}

TEST_CASE("mime/tokenizer: only a whole line is a delimiter") {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n";
  for (const char* line : {"--bc", "--b-", "--b--c", "-- b", " --b", "--B", "--", "--b c", "x--b"}) {
    CAPTURE(line);
    CHECK(sketch(head + line + "\n").ends_with("body1[" + std::string(line) + "/] ) )"));
  }
  CHECK(sketch(head + "x\r--b\n").ends_with("body1[x^--b/] ) )"));
  // Padding has a limit, as a look ahead must have one.
  CHECK(sketch(head + "--b" + std::string(4000, ' ') + "\n\n").find("(2") != std::string::npos);
  CHECK(sketch(head + "--b" + std::string(5000, ' ') + "\n\n").find("(2") == std::string::npos);
}

TEST_CASE("mime/tokenizer: one boundary may begin with another") {
  const std::string input =
      "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\n1\n"
      "--ab--\n--a\nContent-Type: multipart/mixed; boundary=\"a--\"\n\n--a--\n\n2\n--a----\n--a--\n";
  CHECK(sketch(input) ==
        "(0 header0[Content-Type: multipart/mixed; boundary=a/] blank0[/] delimiter0[--a/] "
        "(1 header1[Content-Type: multipart/mixed; boundary=ab/] blank1[/] delimiter1[--ab/] (2 blank2[/] body2[1] ) "
        "delimiter1![/--ab--] ) delimiter0[/--a/] (3 header3[Content-Type: multipart/mixed; boundary=\"a--\"/] "
        "blank3[/] delimiter3[--a--/] (4 blank4[/] body4[2] ) delimiter3![/--a----] ) delimiter0![/--a--] text0[/] )");
}

TEST_CASE("mime/tokenizer: what lacks its last delimiter ends with what is around it") {
  const std::string inner =
      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n";
  CHECK(sketch(inner + "--o--\n").ends_with("(2 blank2[/] body2[x] ) ) delimiter0![/--o--] text0[/] )"));
  CHECK(findings(inner + "--o--\n") == Codes{"mime.unclosed@1"});
  CHECK(sketch(inner).ends_with("(2 blank2[/] body2[x/] ) ) )"));
  CHECK(findings(inner) == Codes{"mime.unclosed@1", "mime.unclosed@0"});
  // After its closing delimiter a multipart's delimiters are text.
  CHECK(sketch("Content-Type: multipart/mixed; boundary=b\n\n--b--\n--b\n")
            .ends_with("delimiter0![--b--] text0[/--b/] )"));
}

TEST_CASE("mime/tokenizer: parts without header, without body, without anything") {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\n\n";
  CHECK(sketch(head + "--b\n--b\n\n--b\nA: b\n--b--")
            .ends_with("delimiter0[--b/] (1 blank1[] ) delimiter0[--b/] (2 blank2[/] ) "
                       "delimiter0[--b/] (3 header3[A: b/] blank3[] ) delimiter0![--b--] )"));
}

TEST_CASE("mime/tokenizer: a line that is no field ends the header") {
  const std::string input = "A: b\nno field\n\nx\n";
  CHECK(sketch(input) == "(0 header0[A: b/] blank0[] body0[no field//x/] )");
  CHECK(findings(input) == Codes{"mime.header-end@0"});
  CHECK(sketch("no field at all") == "(0 blank0[] body0[no field at all] )");
  CHECK(sketch(": no name\n") == "(0 blank0[] body0[: no name/] )");
  CHECK(sketch("A : b\n\t c\n") == "(0 header0[A : b/] header0[\t c/] blank0[] )");
  CHECK(sketch("\xc3\xa9: b\n") == "(0 blank0[] body0[\xc3\xa9: b/] )");
  // A continuation before any field, and a blank line with a blank in it, stay in the header.
  CHECK(sketch(" c\nA: b\n \n\n") == "(0 header0[ c/] header0[A: b/] header0[ /] blank0[/] )");
  CHECK(findings(" c\nA: b\n\n") == Codes{"mime.header-stray@0"});
}

TEST_CASE("mime/tokenizer: From lines of an mbox") {
  CHECK(sketch("From a@b Mon\nA: b\n\nFrom x\n") ==
        "mbox0[From a@b Mon/] (0 header0[A: b/] blank0[/] body0[From x/] )");
  CHECK(sketch("From a\n>From b\nFrom c\nA: b\n>From d\n\n") ==
        "mbox0[From a/] (0 header0[>From b/] header0[From c/] header0[A: b/] header0[>From d/] blank0[/] )");
  CHECK(sketch("A: b\n>From c\nFrom d\n\n") == "(0 header0[A: b/] header0[>From c/] header0[From d/] blank0[/] )");
  CHECK(sketch(">From a\nA: b\n") == "(0 blank0[] body0[>From a/A: b/] )");
  CHECK(sketch("From : a@b\n\n") == "(0 header0[From : a@b/] blank0[/] )");
  CHECK(sketch("From a\nA: b\n\n", true) == "(0 blank0[] body0[From a/A: b//] )");
  CHECK(
      sketch("Content-Type: message/rfc822\n\nFrom a\nA: b\n\nx") ==
      "(0 header0[Content-Type: message/rfc822/] blank0[/] (1 header1[From a/] header1[A: b/] blank1[/] body1[x] ) )");
  const std::string part = "Content-Type: multipart/mixed; boundary=b\n\n--b\nFrom a\nA: b\n\nx";
  CHECK(sketch(part).ends_with("(1 blank1[] body1[From a/A: b//x] ) )"));
}

TEST_CASE("mime/tokenizer: messages in messages, and the digest's default type") {
  const std::string digest =
      "Content-Type: multipart/digest; boundary=d\n\n--d\n\nA: b\n\nx\n--d\nContent-Type: text/plain\n\ny\n--d--\n";
  CHECK(sketch(digest) ==
        "(0 header0[Content-Type: multipart/digest; boundary=d/] blank0[/] delimiter0[--d/] (1 blank1[/] "
        "(2 header2[A: b/] blank2[/] body2[x] ) ) delimiter0[/--d/] (3 header3[Content-Type: text/plain/] blank3[/] "
        "body3[y] ) delimiter0![/--d--] text0[/] )");
  const auto said = headers(digest);
  CHECK(said[1].content_type.value == "message/rfc822");
  CHECK_FALSE(said[1].has_content_type);
  CHECK(said[2].content_type.value == "text/plain");
  CHECK(headers("Content-Type: message/global\n\n\n")[0].kind == PartKind::message);
  CHECK(headers("Content-Type: message/partial\n\n\n")[0].kind == PartKind::leaf);
}

TEST_CASE("mime/tokenizer: what may have no transfer encoding is not looked into when it has one") {
  const std::string multipart = "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: ";
  CHECK(headers(multipart + "Binary\n\n")[0].kind == PartKind::multipart);
  CHECK(headers(multipart + "8bit\n\n")[0].names_8bit);
  CHECK(headers(multipart + "(as it came) 8BIT\n\n")[0].names_8bit);
  CHECK_FALSE(headers(multipart + "7bit\n\n")[0].names_8bit);
  CHECK_FALSE(headers(multipart + "8bits\n\n")[0].names_8bit);
  CHECK(headers(multipart + "base64\n\n--b\n")[0].kind == PartKind::leaf);
  CHECK(findings(multipart + "base64\n\n--b\n") == Codes{"mime.multipart-encoding@0"});
  CHECK(findings(multipart + "x-own\n\n") == Codes{"mime.encoding@0", "mime.multipart-encoding@0"});
  const std::string message = "Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\nA: b\n";
  CHECK(headers(message).size() == 1);
  CHECK(findings(message) == Codes{"mime.message-encoding@0"});
}

TEST_CASE("mime/tokenizer: boundaries") {
  const auto boundary = [](std::string_view parameter) {
    const auto said = headers("Content-Type: multipart/mixed; boundary=" + std::string(parameter) + "\n\n");
    return said[0].kind == PartKind::multipart ? said[0].boundary : "(leaf)";
  };
  CHECK(boundary("\"a b  \"") == "a b");
  CHECK(boundary("\"\"") == "(leaf)");
  CHECK(boundary("\"  \"") == "(leaf)");
  CHECK(boundary("\"a\x01\"") == "(leaf)");
  CHECK(boundary(std::string(1000, 'x')) == std::string(1000, 'x'));
  CHECK(boundary(std::string(1001, 'x')) == "(leaf)");
  CHECK(boundary("b; name=\"" + std::string(9000, 'n') + '"') == "b");
  CHECK(findings("Content-Type: multipart/mixed\n\n") == Codes{"mime.boundary@0"});
  CHECK(findings("Content-Type: multipart/mixed; boundary=" + std::string(70, 'x') + "\n\n") ==
        Codes{"mime.unclosed@0"});
  CHECK(findings("Content-Type: multipart/mixed; boundary=" + std::string(71, 'x') + "\n\n") ==
        Codes{"mime.boundary-length@0", "mime.unclosed@0"});
  const std::string long_one(1000, 'x');
  CHECK(sketch("Content-Type: multipart/mixed; boundary=" + long_one + "\n\n--" + long_one + "\n\ny")
            .ends_with("body1[y] ) )"));
}

TEST_CASE("mime/tokenizer: repeated and malformed fields") {
  CHECK(findings("Content-Type: text/html\nContent-Type: text/plain\n\n") == Codes{"mime.content-type-repeated@0"});
  CHECK(headers("Content-Type: text/html\nContent-Type: text/plain\n\n")[0].content_type.value == "text/html");
  CHECK(findings("Content-Type: text\n\n") == Codes{"mime.content-type@0"});
  const auto malformed = headers("Content-Type: text\n\n");
  CHECK(malformed[0].content_type.value == "text/plain");
  CHECK(malformed[0].has_content_type);
  CHECK(findings("Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 8bit\n\n") ==
        Codes{"mime.encoding-repeated@0"});
  CHECK(findings("Content-Type: text/plain; a=b; a=c\n\n") == Codes{"mime.parameter-repeated@0"});
  const auto dropped = headers("Content-Type: text/plain; a=" + std::string(3000, 'x') + "; b=c\n\n");
  CHECK(dropped[0].content_type.find("a") == nullptr);
  CHECK(dropped[0].content_type.find("b") != nullptr);
  CHECK(dropped[0].content_type.damaged);
}

TEST_CASE("mime/tokenizer: a header has a limit, the message's and a part's") {
  const auto result = [](std::string_view input) {
    const Tokens tokens = tokens_of(input);
    return tokens.error.empty() ? "ok" : tokens.error;
  };
  const std::string field = "A: " + std::string(limits::header_bytes - 4, 'x') + "\n";
  const std::string multipart = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
  CHECK(result(field + "\nbody") == "ok");
  CHECK(result("x" + field + "\nbody") == "mime.header-too-long");
  CHECK(result(multipart + field + "\nbody") == "ok");
  CHECK(result(multipart + field + "B: c\n\nbody") == "mime.header-too-long");
  const std::string text = "A: " + std::string(2 * limits::header_bytes, 'x');
  StringSource again(text);
  Tokenizer tokenizer(again);
  while (tokenizer.next()) continue;
  const auto later = tokenizer.next();
  REQUIRE_FALSE(later);
  CHECK(later.error().kind == ErrorKind::data);
  CHECK(later.error().code == "mime.header-too-long");
}

TEST_CASE("mime/tokenizer: depth and number of parts have limits") {
  std::string deep;
  for (int i = 0; i < limits::mime_depth + 6; ++i) {
    const std::string name = "b" + std::to_string(i);
    deep += "Content-Type: multipart/mixed; boundary=" + name + "\n\n--" + name + "\n";
  }
  const auto nested = headers(deep);
  CHECK(nested.size() == limits::mime_depth + 1);
  CHECK(nested[limits::mime_depth - 1].kind == PartKind::multipart);
  CHECK(nested[limits::mime_depth].kind == PartKind::leaf);
  CHECK(findings(deep)[0] == "mime.depth@" + std::to_string(limits::mime_depth));

  std::string wide = "Content-Type: multipart/mixed; boundary=b\n\n";
  for (int i = 0; i < limits::mime_parts + 9; ++i) wide += "--b\n\nx\n";
  const Tokens tokens = tokens_of(wide + "--b--\n");
  const auto parts = std::ranges::count(tokens.list, Token::Kind::part_begin, &OwnedToken::kind);
  CHECK(parts == limits::mime_parts);
  CHECK(findings(wide + "--b--\n") == Codes{"mime.parts@0"});
  CHECK(tokens.list[tokens.list.size() - 3].closing);
  CHECK(broken_tokens(wide, tokens_of(wide)).empty());
}

TEST_CASE("mime/tokenizer: long lines come in pieces, and a piece begins no line") {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n";
  for (const std::size_t size : {4090, 4096, 4100, 65536, 131000, 131072, 131073, 300000, 2000000}) {
    for (const char* eol : {"\n", "\r\n"}) {
      const std::string line = std::string(size, 'x') + "--b\r--b" + eol + "--b--" + eol;
      const Tokens tokens = tokens_of(head + line);
      std::string body;
      for (const OwnedToken& token : tokens.list) {
        if (token.kind == Token::Kind::body) body += token.raw;
      }
      CHECK(body == std::string(size, 'x') + "--b\r--b");
      CHECK(broken_tokens(head + line, tokens).empty());
    }
  }
  // Every place of a delimiter relative to the end of the buffer.
  for (std::size_t size = 131072 - 4200; size < 131072 + 20; ++size) {
    const std::string input = head + std::string(size - head.size(), 'x') + "\r\n--b--\r\n";
    const Tokens tokens = tokens_of(input);
    REQUIRE(tokens.list.back().offset == input.size());
    REQUIRE(tokens.list[tokens.list.size() - 3].raw == "\r\n--b--");
  }
}

TEST_CASE("mime/tokenizer: where no delimiter can come, body tokens are whole buffers") {
  const std::string input = "A: b\n\n" + std::string(1000000, '\n');
  const Tokens tokens = tokens_of(input);
  CHECK(tokens.list.size() < 15);
}

TEST_CASE("mime/tokenizer: whatever others made, its tokens are its bytes") {
  for (const char* name : {"torture", "python-email", "gmime", "notmuch", "johnny"}) {
    const auto folder = suite(name);
    if (!folder) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
      if (!entry.is_regular_file()) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      CAPTURE(entry.path().string());
      CHECK(broken_tokens(input, tokens_of(input)) == "");
    }
  }
}
