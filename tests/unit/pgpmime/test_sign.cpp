#include <doctest/doctest.h>

#include <algorithm>

#include "pgpmime/fakes.hpp"
#include "pgpmime/sign.hpp"
#include "pgpmime/structure.hpp"
#include "pgpmime/verify.hpp"

namespace {

using namespace sm;

std::string signed_message(const std::string& message, fakes::FakeSigner& signer) {
  Document document = Document::from_string(message);
  const auto outline = mime::scan(document);
  REQUIRE(outline);
  auto result = pgpmime::sign(document, *outline, signer, std::string(40, 'A'), Hash::automatic, false, "/var/tmp");
  REQUIRE(result);
  const auto text = read_all(result->message, fakes::plenty);
  REQUIRE(text);
  return *text;
}

pgpmime::VerifyPolicy bound_to_alice() {
  return {.any_signer = false, .now = 2'000, .binding = [](std::string_view address) -> Result<Fingerprint> {
            return address == "alice@example.org" ? std::string(40, 'A') : Fingerprint();
          }};
}

pgpmime::MessageVerdict verdict_of(const std::string& message, const pgpmime::VerifyPolicy& policy = bound_to_alice()) {
  Document document = Document::from_string(message);
  const auto outline = mime::scan(document);
  REQUIRE(outline);
  fakes::FakeVerifier verifier;
  auto verdict = pgpmime::verify(document, *outline, verifier, policy);
  REQUIRE(verdict);
  return *verdict;
}

std::string with_crlf(std::string text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? std::string("\r\n") : std::string(1, c);
  return out;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  return text.replace(at, from.size(), to);
}

const std::string plain =
    "From: Alice <alice@example.org>\n"
    "Subject: one\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "X-Last: two\n"
    "\n"
    "hello \n"
    "From here\n";

}  // namespace

TEST_CASE("pgpmime/sign: RFC 3156 §5 in the line ends of the message") {
  for (const bool crlf : {false, true}) {
    fakes::FakeSigner signer;
    const std::string text = signed_message(crlf ? with_crlf(plain) : plain, signer);
    CHECK(signer.signed_bytes ==
          "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
          "hello=20\r\n=46rom here\r\n");
    std::size_t after_cr = 0;
    for (std::size_t at = text.find("\r\n"); at != text.npos; at = text.find("\r\n", at + 1)) ++after_cr;
    CHECK(after_cr == (crlf ? static_cast<std::size_t>(std::ranges::count(text, '\n')) : 0));
    const std::string eol = crlf ? "\r\n" : "\n";
    CHECK(text.starts_with("From: Alice <alice@example.org>" + eol + "Subject: one" + eol));
    CHECK(text.find("micalg=pgp-sha512") != text.npos);
    CHECK(text.find("X-Last: two") != text.npos);
    CHECK(text.find("MIME-Version: 1.0") != text.npos);
    CHECK(verdict_of(text).verdict == Verdict::good);
  }
}

TEST_CASE("pgpmime/sign: an mbox line stays in front") {
  fakes::FakeSigner signer;
  const std::string text = signed_message("From alice Mon Jan  1 00:00:00 2026\n" + plain, signer);
  CHECK(text.starts_with("From alice Mon Jan  1 00:00:00 2026\nFrom: Alice"));
  CHECK(signer.signed_bytes.find("Mon Jan") == std::string::npos);
}

TEST_CASE("pgpmime/verify: the verdict is about the whole message") {
  fakes::FakeSigner signer;
  const std::string good = signed_message(plain, signer);
  CHECK(verdict_of(good).verdict == Verdict::good);
  CHECK(verdict_of(plain).verdict == Verdict::none);
  CHECK(verdict_of(replaced(good, "hello", "hullo")).verdict == Verdict::bad);
  CHECK(verdict_of(replaced(good, "alice@example.org", "eve@example.org")).verdict == Verdict::mismatch);
  CHECK(verdict_of(replaced(good, "From: Alice", "From: eve@example.org\nFrom: Alice")).verdict == Verdict::mismatch);
  CHECK(
      verdict_of(good, {.now = 2'000, .binding = [](std::string_view) -> Result<Fingerprint> { return Fingerprint(); }})
          .verdict == Verdict::unbound);

  SUBCASE("inside something else it covers a part") {
    const auto header_end = good.find("Content-Type:");
    const std::string wrapped = good.substr(0, header_end) +
                                "Content-Type: multipart/mixed; boundary=outer\n\n--outer\n\npay Eve\n\n--outer\n" +
                                good.substr(header_end) + "\n--outer--\n";
    const auto verdict = verdict_of(wrapped);
    CHECK(verdict.verdict == Verdict::partial);
    REQUIRE(verdict.layers.size() == 1);
    CHECK_FALSE(verdict.layers[0].outermost);
    CHECK(verdict.layers[0].judged[0].verdict == Verdict::good);
  }
  SUBCASE("with a third part it covers the first") {
    const auto boundary = good.substr(good.find("--=_"), 36);
    const std::string third = replaced(good, boundary + "--", boundary + "\n\npay Eve\n" + boundary + "--");
    CHECK(verdict_of(third).verdict == Verdict::partial);
  }
  SUBCASE("a signature that is none is an error") {
    const auto begin = good.find("-----BEGIN");
    const auto end = good.find("-----END");
    CHECK(verdict_of(good.substr(0, begin) + good.substr(end)).verdict == Verdict::error);
  }
}

TEST_CASE("pgpmime/structure: From names one mailbox or nobody") {
  const auto from = [](const std::string& header) { return pgpmime::from_address(mime::parse_header(header)); };
  CHECK(from("From: \"alice@example.org\" <Eve@Example.ORG>\n") == "eve@example.org");
  CHECK(from("From: a@example.org, b@example.org\n").empty());
  CHECK(from("From: a@example.org\nfrom: b@example.org\n").empty());
  CHECK(from("From:\n").empty());
  CHECK(from("Sender: a@example.org\n").empty());
}
