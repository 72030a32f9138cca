#include "mime/transform.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "message_checks.hpp"
#include "suites.hpp"

using namespace sm;
using namespace sm::mime;
using namespace sm::test;
using namespace std::string_literals;

namespace {

// The 7bit form, with "\n" for CRLF; a line end that is none shows as "<LF>" or "<CR>".
std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\r\n")) {
      out += '\n';
      ++i;
    } else if (text[i] == '\n' || text[i] == '\r') {
      out += text[i] == '\n' ? "<LF>" : "<CR>";
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Transformed {
  std::string text;
  std::vector<std::string> findings;
};

Transformed transformed(const std::string& input, std::string_view extra = {}) {
  Document document = Document::from_string(input);
  const auto outline = scan(document);
  REQUIRE(outline);
  SevenBit transform(document, *outline);
  Transformed result{shown(all_of(*transform.open(Protection::none, extra))), {}};
  for (const Finding& finding : transform.findings()) {
    result.findings.push_back(finding.code + "@" + std::to_string(finding.part));
  }
  CHECK(broken_rule(input) == "");
  return result;
}

std::string seven_bit(const std::string& input) {
  return transformed(input).text;
}

using Codes = std::vector<std::string>;

std::string canonical(const std::string& input) {
  StringSource source(input);
  auto entity = CanonicalEntity::begin(source, "/var/tmp");
  REQUIRE(entity);
  CHECK(broken_rule(input) == "");
  return shown(all_of(entity->entity(entity->content_header())));
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

// A multipart with one part.
std::string wrapped(const std::string& part) {
  return "Content-Type: multipart/mixed; boundary=b\n\n--b\n" + part + "\n--b--\n";
}

// That part after the transform.
std::string seven_bit_part(const std::string& part) {
  const std::string out = seven_bit(wrapped(part));
  const std::string_view head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
  REQUIRE(out.starts_with(head));
  REQUIRE(out.ends_with("\n--b--\n"));
  return out.substr(head.size(), out.size() - head.size() - 7);
}

}  // namespace

TEST_CASE("mime/transform: what a signature can carry only changes its line ends") {
  const std::string input =
      "From: a@b\nMIME-Version: 1.0\nContent-Type: multipart/mixed;\n boundary=\"b\"\nX: y\n\npreamble\n\n--b\n"
      "Content-Type: text/plain\nX-Odd:value\n\ntext\n\n--b\n\n\nno header\n--b\nContent-Type: message/rfc822\n\nA: "
      "b\n\nc\n"
      "--b--\nepilogue\n";
  const std::string want = "Content-Type: multipart/mixed;\n boundary=\"b\"\n\n" + input.substr(input.find("preamble"));
  for (const char* eol : {"\n", "\r\n", "\r"}) {
    const auto result = transformed(replaced(input, "\n", eol));
    CHECK(result.text == want);
    CHECK(result.findings.empty());
    CHECK(canonical(replaced(input, "\n", eol)) == want);
  }
}

TEST_CASE("mime/transform: the header of the entity") {
  CHECK(seven_bit("A: b\n\nx\n") == "Content-Type: text/plain; charset=us-ascii\n\nx\n");
  CHECK(canonical("A: b\n\nx\n") == "Content-Type: text/plain; charset=us-ascii\n\nx\n");
  CHECK(canonical("A: b\n\n\xc3\xa9\n") ==
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\xc3\xa9\n");
  CHECK(canonical("A: b\n\n\xe9\n") ==
        "Content-Type: text/plain; charset=unknown-8bit\nContent-Transfer-Encoding: 8bit\n\n\xe9\n");
  CHECK(canonical("Content-Transfer-Encoding: 8bit\nContent-Language: fr\n\n\xc3\xa9\n") ==
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\nContent-Language: fr\n\n\xc3\xa9\n");
  CHECK(canonical("content-type:text/html \n\t; x=y\t\n \nSubject: z\nCONTENT-ID: <a>\n\n<p>") ==
        "content-type:text/html\n \t; x=y\nCONTENT-ID: <a>\n\n<p>");
  CHECK(seven_bit("A: b\n\n\xc3\xa9\n") ==
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n");
  CHECK(transformed("A: b\n\nx\n", "HP-Outer: A: b\r\n").text ==
        "Content-Type: text/plain; charset=us-ascii\nHP-Outer: A: b\n\nx\n");
  CHECK(transformed("Content-Description: \xc3\xa9\n\nx\n").findings == Codes{"mime.header-8bit@0"});
}

TEST_CASE("mime/transform: text becomes quoted-printable, each reason alone") {
  const std::string long_line(999, 'x');
  const std::vector<std::pair<std::string, std::string>> bodies = {
      {"caf\xc3\xa9", "caf=C3=A9"},
      {"a \nb\t\n", "a=20\nb=09\n"},
      {"a ", "a=20"},
      {"From b\n", "=46rom b\n"},
      {"a\rb", "a=0Db"},
      {"-- \n", "--=20\n"},
      {"a\n \nb", "a\n=20\nb"},
  };
  for (const auto& [body, want] : bodies) {
    CHECK(seven_bit("Content-Type: text/plain; charset=utf-8\nContent-Language: fr\n\n" + body) ==
          "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\nContent-Language: "
          "fr\n\n" +
              want);
  }
  CHECK(seven_bit("Content-Type: text/x\n\n" + long_line)
            .starts_with("Content-Type: text/x\nContent-Transfer-Encoding: quoted-printable\n\n" +
                         std::string(75, 'x') + "=\n"));
  CHECK(seven_bit("Content-Type: text/x\n\n" + std::string(998, 'x')) ==
        "Content-Type: text/x\n\n" + std::string(998, 'x'));
  // What is declared is replaced where it stands, whatever it says.
  CHECK(
      seven_bit("Content-Transfer-Encoding: 7bit\nContent-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n\xff") ==
      "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/html\n\n=FF");
}

TEST_CASE("mime/transform: format=flowed keeps its trailing spaces (RFC 3676 section 4)") {
  CHECK(seven_bit("Content-Type: text/plain; format=flowed; charset=us-ascii\n\nsoft \nhard\n-- \nsig\n") ==
        "Content-Type: text/plain; format=flowed; charset=us-ascii\nContent-Transfer-Encoding: "
        "quoted-printable\n\nsoft=20\nhard\n--=20\nsig\n");
}

TEST_CASE("mime/transform: a charset is named where plain text had none") {
  const auto header = [](const std::string& fields, const std::string& body) {
    const std::string out = seven_bit_part(fields + "\n" + body);
    return out.substr(0, out.find("\n\n") + 1);
  };
  const std::string qp = "Content-Transfer-Encoding: quoted-printable\n";
  CHECK(header("", "\xc3\xa9") == "Content-Type: text/plain; charset=utf-8\n" + qp);
  CHECK(header("", "\xe9") == "Content-Type: text/plain; charset=unknown-8bit\n" + qp);
  CHECK(header("", "a ") == qp);
  CHECK(header("A: b\n", "a ") == "A: b\n" + qp);
  CHECK(header("Content-Type: Text/Plain; format=flowed;\n", "\xc3\xa9") ==
        "Content-Type: Text/Plain; format=flowed;\n charset=utf-8\n" + qp);
  CHECK(header("Content-Type: text/plain (open\n", "\xc3\xa9") == "Content-Type: text/plain; charset=utf-8\n" + qp);
  CHECK(header("Content-Type: text/plain; charset=us-ascii\n", "\xc3\xa9") ==
        "Content-Type: text/plain; charset=us-ascii\n" + qp);
  CHECK(header("Content-Type: text/html\n", "\xc3\xa9") == "Content-Type: text/html\n" + qp);
  CHECK(header("Content-Type: text/plain\n", "a ") == "Content-Type: text/plain\n" + qp);
}

TEST_CASE("mime/transform: other types become base64, lines with CRLF, binary data as they are") {
  const auto body = [](const std::string& fields, const std::string& raw) {
    const std::string out = seven_bit_part("Content-Type: " + fields + "\n\n" + raw);
    CHECK(out.find("Content-Transfer-Encoding: base64\n\n") != std::string::npos);
    const auto bytes = base64_decode(replaced(out.substr(out.find("\n\n") + 2), "\n", ""));
    REQUIRE(bytes);
    return *bytes;
  };
  CHECK(body("application/json", "{\n\xc3\xa9}\n") == "{\r\n\xc3\xa9}\r\n");
  CHECK(body("application/json\nContent-Transfer-Encoding: 8bit", "\xe9\r\n1\r\n") == "\xe9\r\n1\r\n");
  CHECK(body("application/x", "a \n") == "a \r\n");
  // Not what 8bit may be (RFC 2045 section 2.8): binary without saying so.
  CHECK(body("image/png", "\x89PNG\r\n\x1a\n\x01") == "\x89PNG\r\n\x1a\n\x01");
  CHECK(body("image/png", "a\rb\n\xff") == "a\rb\n\xff");
  CHECK(body("image/png", "a\n\0"s) == "a\n\0"s);
  CHECK(body("text/plain; charset=utf-16", "a\0\n\0"s) == "a\0\n\0"s);
  CHECK(body("image/png\nContent-Transfer-Encoding: binary", "a\nb\n") == "a\nb\n");
  CHECK(body("text/plain\nContent-Transfer-Encoding: binary", "\xff\n") == "\xff\n");
  CHECK(body("application/pkcs7-mime\nContent-Transfer-Encoding: binary", "0\x80\n\r1") == "0\x80\n\r1");
}

TEST_CASE("mime/transform: binary that is 7bit lines with CRLF is called so") {
  CHECK(seven_bit("Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n\r\nx\r\n") ==
        "Content-Type: a/b\nContent-Transfer-Encoding: 7bit\n\nx\n");
}

TEST_CASE("mime/transform: an encoding that the signature can carry stays, one that it can't is written again") {
  const std::string good = "Content-Transfer-Encoding: quoted-printable\n\n=E9=20\nsoft=\n-hard\n";
  CHECK(seven_bit_part(good) == good);
  const std::string qp = "Content-Transfer-Encoding: quoted-printable\n\n";
  CHECK(seven_bit_part(qp + "=e9 =0A=0D=0a \t\nFrom \xc3\xa9 =zz = x\nsoft= \nFrom b\r=\n=4") ==
        qp + "=e9 =0A=0D=0a\n=46rom =C3=A9 =3Dzz =3D x\nsoft=\n=46rom b=0D=\n=3D4");
  CHECK(seven_bit_part(qp + std::string(990, 'x') + "=20 y \n").find("x=\n") != std::string::npos);
  CHECK(seven_bit_part("Content-Transfer-Encoding: base64\n\nYWJj \nZGVm\n") ==
        "Content-Transfer-Encoding: base64\n\nYWJjZGVm");
  const std::string message = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nQTogYgoKYw==";
  CHECK(seven_bit_part(message) == message);
}

TEST_CASE("mime/transform: an unknown encoding is kept and reported") {
  const std::string part = "Content-Transfer-Encoding: x-uuencode\n\nbegin \n\xe9\n";
  const auto result = transformed(wrapped(part));
  CHECK(result.text == wrapped(part));
  CHECK(result.findings == Codes{"mime.opaque-8bit@1"});
  CHECK(transformed(wrapped("Content-Transfer-Encoding: x-uuencode\n\nbegin \n")).findings ==
        Codes{"mime.opaque-fragile@1"});
}

TEST_CASE("mime/transform: signed, encrypted and S/MIME subtrees keep their bytes") {
  for (const char* type : {"multipart/signed; boundary=s", "multipart/encrypted; boundary=s"}) {
    const std::string part =
        "Content-Type: "s + type +
        " \nX: \xe9\n\npre \n--s \nContent-Type: text/plain \n\ncaf\xe9 \nFrom x\n--s\n\nsignature\n--s--\n";
    const auto result = transformed(wrapped(part));
    CHECK(result.text == wrapped(part));
    CHECK(result.findings == Codes{"mime.opaque-8bit@1"});
  }
  const std::string smime =
      "Content-Type: application/pkcs7-mime; smime-type=signed-data\nContent-Transfer-Encoding: base64\n\nAAAA \n";
  CHECK(transformed(wrapped(smime)).text == wrapped(smime));
  CHECK(transformed(wrapped(smime)).findings == Codes{"mime.opaque-fragile@1"});
  // As the message itself, only its header is moved.
  const std::string root = "Content-Type: multipart/signed; boundary=s\n\n--s\n\na \n--s--\n";
  CHECK(seven_bit("A: b\n" + root) == root);
}

TEST_CASE("mime/transform: message/rfc822 is converted at its leaves (RFC 2046 section 5.2.1)") {
  const auto result = transformed(wrapped(
      "Content-Type: message/rfc822\nContent-Transfer-Encoding: 8bit\n\nFrom x\n cont\nSubject: a \n\t\n b\nFrom : c \n"
      "Content-Type: multipart/alternative; boundary=i\nContent-Transfer-Encoding: binary\n\n--i\n\n\xc3\xa9\n--i--"));
  CHECK(
      result.text ==
      wrapped(
          "Content-Type: message/rfc822\nContent-Transfer-Encoding: 7bit\n\nSubject: a\n \t b\nFrom: c\nContent-Type: "
          "multipart/alternative; boundary=i\nContent-Transfer-Encoding: 7bit\n\n--i\nContent-Type: text/plain; "
          "charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n=C3=A9\n--i--"));
  CHECK(result.findings.empty());
}

TEST_CASE("mime/transform: lines of an mbox in the header of a message inside") {
  CHECK(seven_bit_part("Content-Type: message/rfc822\n\nA: b\n>From x \n y\nFrom z\n w\n>From  \nC: d\n\ne") ==
        "Content-Type: message/rfc822\n\nA: b\n>From x\n y\nC: d\n\ne");
}

TEST_CASE("mime/transform: a label 8bit stays while there is 8bit inside") {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: 8bit\n\n--b\n";
  CHECK(seven_bit(head + "\n\xe9\n--b--").find("boundary=b\nContent-Transfer-Encoding: 7bit\n") != std::string::npos);
  CHECK(seven_bit(head + "A: \xc3\xa9\n\nx\n--b--").find("boundary=b\nContent-Transfer-Encoding: 8bit\n") !=
        std::string::npos);
  CHECK(seven_bit(head + "Content-Type: multipart/signed\n\n\xe9\n--b--")
            .find("boundary=b\nContent-Transfer-Encoding: 8bit\n") != std::string::npos);
  CHECK(transformed(head + "A: \xc3\xa9\n\nx\n--b--").findings == Codes{"mime.header-8bit@1"});
}

TEST_CASE("mime/transform: composite types that are not looked into are kept and reported") {
  const std::string status = "Content-Type: message/delivery-status\n\nDiagnostic: \n x\n\xe9";
  CHECK(transformed(wrapped(status)).text == wrapped(status));
  CHECK(transformed(wrapped(status)).findings == Codes{"mime.opaque-8bit@1"});
  const std::string no_boundary = "Content-Type: multipart/mixed\n\n--x\n\na \n";
  CHECK(transformed(wrapped(no_boundary)).findings == Codes{"mime.opaque-fragile@1"});
  const std::string other = "Content-Type: multipart/mixed; boundary=other\n\n--x\n\nlost \xe9?\n";
  CHECK(transformed(wrapped(other)).text == wrapped(other));
  CHECK(transformed(wrapped(other)).findings == Codes{"mime.opaque-8bit@1"});
}

TEST_CASE("mime/transform: preamble and epilogue stay or go together") {
  const auto with = [](const std::string& before, const std::string& after) {
    return transformed("Content-Type: multipart/mixed; boundary=b\n\n" + before + "--b\n\nx\n--b--" + after);
  };
  const std::string head = "Content-Type: multipart/mixed; boundary=b\n\n";
  CHECK(with("pre\n", "\npost\n").text == head + "pre\n--b\n\nx\n--b--\npost\n");
  CHECK(with("\n", "").text == head + "\n--b\n\nx\n--b--");
  CHECK(with("pre \n", "\npost\n").text == head + "\n--b\n\nx\n--b--");
  CHECK(with("pre\n", "\npost \n").findings == Codes{"mime.text-dropped@0"});
  CHECK(with("pre\n", " \t\n").text == head + "pre\n--b\n\nx\n--b--\n");
}

TEST_CASE("mime/transform: missing last delimiters are added, the line end before them is the body's") {
  const auto result = transformed(
      "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; "
      "boundary=i\n\n--i\n\nx\n--o\nA: b\n--o\n\ny\n");
  CHECK(result.text ==
        "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; "
        "boundary=i\n\n--i\n\nx\n--i--\n--o\n"
        "A: b\n\n--o\n\ny\n\n--o--");
  CHECK(result.findings == Codes{"mime.closing-added@1", "mime.closing-added@0"});
  CHECK(seven_bit(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=i\n\n--i\nA: "
            "b\n\n--o--\n")
            .ends_with("--i\nA: b\n\n\n--i--\n--o--\n"));
  // Where it would close another multipart, that has no end either, it is not.
  CHECK(seven_bit(
            "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/mixed; boundary=\"o--\"\n\nx")
            .ends_with("\n\nx"));
}

TEST_CASE("mime/transform: encoding makes no delimiter") {
  const std::string head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
  // A soft line break before it.
  const std::string soft = seven_bit(head + "\n" + std::string(75, 'x') + "--b\n\xe9\n--b--");
  CHECK(soft.find(std::string(75, 'x') + "=\n=2D-b\n=E9\n--b--") != std::string::npos);
  const std::string escaped =
      seven_bit(head + "Content-Transfer-Encoding: quoted-printable\n\n" + std::string(75, 'x') + "--b \n--b--");
  CHECK(escaped.find("x=\n=2D-b\n--b--") != std::string::npos);
  // A line of 76 characters has no room for an escape.
  for (const char* prefix : {"", "-", "--", "From "}) {
    for (std::size_t size = 70; size < 80; ++size) {
      const std::string boundary = prefix + std::string(size, 'y');
      CHECK(broken_rule("Content-Type: multipart/mixed; boundary=\"" + boundary + "\"\n\n--" + boundary + "\n\n" +
                        std::string(75, 'x') + "--" + boundary + "\n\xe9" + std::string(74, 'x') + "--" + boundary +
                        "--\n--" + boundary + "--") == "");
    }
  }
}

TEST_CASE("mime/transform: an mbox line, lone CR and NUL in header lines") {
  const std::string out =
      seven_bit("From a@b Mon\nContent-Type: multipart/mixed; boundary=b\n\n--b\nA: x\ry\rz\0\nB:\r c \n\nx\n--b--"s);
  CHECK(out == "Content-Type: multipart/mixed; boundary=b\n\n--b\nA: x y z\nB: c\n\nx\n--b--");
}

TEST_CASE("mime/transform: canonical entities leave binary leaves alone") {
  const std::string input =
      "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\na \n\xe9\n--b\n"
      "Content-Type: image/png\nContent-Transfer-Encoding: binary\n\na\nb\rc\r\nd\n\n--b\n\nx\n--b--\n";
  CHECK(canonical(input) ==
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\na \n\xe9\n--b\n"
        "Content-Type: image/png\nContent-Transfer-Encoding: binary\n\na<LF>b<CR>c\nd<LF>\n--b\n\nx\n--b--\n");
  CHECK(canonical("Content-Type: a/b\nContent-Transfer-Encoding: binary\n\na\nb") ==
        "Content-Type: a/b\nContent-Transfer-Encoding: binary\n\na<LF>b");
  CHECK(canonical("Content-Transfer-Encoding: binary\n\na\nb") ==
        "Content-Type: text/plain; charset=us-ascii\nContent-Transfer-Encoding: binary\n\na<LF>b");
}

TEST_CASE("mime/transform: canonical entities of empty messages") {
  for (const char* input : {"", "\n", "From a\n", "From a\r\n\r\n"}) {
    StringSource source(input);
    const auto entity = CanonicalEntity::begin(source, "/var/tmp");
    REQUIRE_FALSE(entity);
    CHECK(entity.error().code == "mime.empty");
    CHECK(entity.error().kind == ErrorKind::data);
  }
  CHECK(canonical("A: b") == "Content-Type: text/plain; charset=us-ascii\n\n");
  CHECK(canonical("Content-Type: a/b") == "Content-Type: a/b\n\n");
}

TEST_CASE("mime/transform: a message without Content-Type may be larger than memory's share") {
  std::string body;
  while (body.size() < 3000000) body += "some lines of text, no more\n";
  CHECK(canonical("A: b\n\n" + body) == "Content-Type: text/plain; charset=us-ascii\n\n" + body);
  CHECK(canonical("A: b\n\n" + body + "\xc3\xa9\n").starts_with("Content-Type: text/plain; charset=utf-8\n"));
}

TEST_CASE("mime/transform: large bodies of each form") {
  const std::string lines = replaced(std::string(40000, '.'), ".", "0123456789 \xc3\xa9 abc\n");
  for (const char* type :
       {"text/plain", "application/x", "application/x\nContent-Transfer-Encoding: binary",
        "text/plain\nContent-Transfer-Encoding: quoted-printable", "text/plain\nContent-Transfer-Encoding: base64"}) {
    CHECK(broken_rule(wrapped("Content-Type: "s + type + "\n\n" + lines)) == "");
  }
}

TEST_CASE("mime/transform: whatever others made, no rule is broken") {
  for (const char* name :
       {"torture", "python-email", "gmime", "notmuch", "johnny", "protected-headers", "memoryhole"}) {
    const auto folder = suite(name);
    if (!folder) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(*folder)) {
      if (!entry.is_regular_file() || entry.file_size() > 1'000'000) continue;
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string input{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      CAPTURE(entry.path().string());
      CHECK(broken_rule(input) == "");
      CHECK(broken_rule(with_crlf(input, false)) == "");
      CHECK(broken_rule(replaced(with_crlf(input, false), "\r\n", "\r")) == "");
    }
  }
}
