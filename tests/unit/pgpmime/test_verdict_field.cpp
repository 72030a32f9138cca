#include <doctest/doctest.h>

#include <algorithm>

#include "mime/header.hpp"
#include "pgpmime/verdict_field.hpp"

namespace {

using namespace sm;
using pgpmime::VerdictField;

TEST_CASE("pgpmime/verdict_field: the verdict, then pairs") {
  VerdictField field{.verdict = Verdict::good, .program = "smsign"};
  CHECK(field_text(field, "\n") == "SM-Verdict: good; program=smsign\n");
  field.from = "alice@example.org";
  field.signer = std::string(40, 'A');
  field.signed_at = 1'700'000'000;
  field.opened = true;
  CHECK(field_text(field, "\r\n") ==
        "SM-Verdict: good; program=smsign; opened=yes; from=alice@example.org;\r\n signer=" + std::string(40, 'A') +
            "; signed=2023-11-14T22:13:20Z\r\n");
  CHECK(pgpmime::field_text({.verdict = Verdict::error, .program = "smcrypt", .reason = "mime.header-too-long"},
                            "\n") == "SM-Verdict: error; program=smcrypt; reason=mime.header-too-long\n");
}

TEST_CASE("pgpmime/verdict_field: nothing that is put in gets out of its value") {
  VerdictField field{.verdict = Verdict::mismatch, .program = "smsign"};
  for (const std::string from :
       {"a;verdict=good@x", "a\nSM-Verdict: good@x", "a\r\n\r\nbody@x", "a b@x", "a=b@x", "\"a;b\"@x", "a%3Bb@x",
        "a(c)@x", "\xc3\xa4@x", "a\\@x", "a,b@x", "<a@x>", "a\x7f@x", "a\x80@x"}) {
    CAPTURE(from);
    field.from = from;
    const std::string text = field_text(field, "\n");
    CHECK(text.starts_with("SM-Verdict: mismatch; program=smsign; from="));
    CHECK(text.find('\n') == text.size() - 1);
    CHECK(text.find_first_of("\r\"()<>,\\\x7f") == std::string::npos);
    CHECK(std::ranges::count(text, ';') == 2);
    CHECK(std::ranges::count(text, '=') == 2);
    CHECK(std::ranges::none_of(text, [](char c) { return (c & 0x80) != 0; }));
  }
  using namespace std::string_literals;
  field.from = "a\0b@x"s;
  CHECK(field_text(field, "\n") == "SM-Verdict: mismatch; program=smsign; from=a%00b@x\n");
  field.from.clear();
  field.key_id = "; signer=ABC\n";
  CHECK(field_text(field, "\n") == "SM-Verdict: mismatch; program=smsign; key=%3B%20signer%3DABC%0A\n");
}

TEST_CASE("pgpmime/verdict_field: lines have at most 78 characters, whatever is in it") {
  for (std::size_t length = 1; length < 200; ++length) {
    VerdictField field{.verdict = Verdict::expired_key, .program = "smcrypt", .opened = true};
    field.from = std::string(length, 'x');
    field.signer = std::string(length % 65, 'F');
    field.key_id = std::string((length * 7) % 90, ';');
    field.signed_at = 1;
    const std::string text = field_text(field, "\r\n");
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find("\r\n", at);
      REQUIRE(end != std::string::npos);
      CHECK(end - at <= 78);
      CHECK((at == 0 || text[at] == ' '));
      at = end + 2;
    }
    CHECK((text.find("from=") != std::string::npos) == (length <= 70));
    // It is one field to ourselves too.
    const mime::Header header = mime::parse_header(text);
    REQUIRE(header.fields.size() == 1);
    CHECK(mime::unfold(header.fields[0].body).starts_with("expired-key; program=smcrypt; opened=yes"));
  }
}

TEST_CASE("pgpmime/verdict_field: names the signature that decided") {
  const auto signature = [](char letter, std::int64_t created) {
    Signature result;
    result.key_id = std::string(16, letter);
    result.created = created;
    if (letter != 'U') result.certificate.primary.fingerprint = std::string(40, letter);
    return result;
  };
  pgpmime::MessageVerdict verdict;
  verdict.verdict = Verdict::good;
  verdict.from = "alice@example.org";
  verdict.layers.resize(2);
  verdict.layers[0].signatures = {signature('P', 1)};
  verdict.layers[0].judged = {{Verdict::good, {}}};
  verdict.layers[1].outermost = true;
  verdict.layers[1].signatures = {signature('U', 2), signature('B', 3), signature('C', 4)};
  verdict.layers[1].judged = {{Verdict::unknown_key, {}}, {Verdict::good, {}}, {Verdict::good, {}}};
  VerdictField field = pgpmime::verdict_field(verdict, "smsign");
  CHECK(field.from == "alice@example.org");
  CHECK(field.signer == std::string(40, 'B'));
  CHECK(field.key_id == "");
  CHECK(field.signed_at == 3);
  verdict.verdict = Verdict::unknown_key;
  field = pgpmime::verdict_field(verdict, "smsign");
  CHECK(field.signer == "");
  CHECK(field.key_id == std::string(16, 'U'));
  verdict.verdict = Verdict::partial;
  CHECK(pgpmime::verdict_field(verdict, "smsign").signed_at == 0);
  verdict.verdict = Verdict::error;
  verdict.layers[0].problem = "of a part";
  verdict.layers[1].problem = "armor.damaged";
  CHECK(pgpmime::verdict_field(verdict, "smsign").reason == "armor.damaged");
}

}  // namespace
