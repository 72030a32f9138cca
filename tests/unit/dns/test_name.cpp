#include <doctest/doctest.h>

#include <string>

#include "dns/name.hpp"

using namespace sm;
using dns::Name;

namespace {

std::string repeat(std::string_view text, int times) {
  std::string out;
  while (times-- > 0) out += text;
  return out;
}

bool bad(std::string_view text) {
  const auto name = Name::parse(text);
  return !name && name.error().code == "dns.bad-name" && name.error().kind == ErrorKind::data;
}

Name name(std::string_view text) {
  return *Name::parse(text);
}

}  // namespace

TEST_CASE("name/parse: presentation form both ways") {
  CHECK(name("mail.Example.org").wire() == std::string("\4mail\7Example\3org\0", 18));
  CHECK(name("mail.Example.org.").text() == "mail.Example.org");
  CHECK(name("mail.example.org").absolute() == "mail.example.org.");
  CHECK(name(".").is_root());
  CHECK(name(".").text() == ".");
  CHECK(name("_25._tcp.a").text() == "_25._tcp.a");
  CHECK(name(R"(a\.b\\\200\032\"x)").wire() == std::string("\10a.b\\\310 \"x\0", 10));
  CHECK(name(R"(a\.b\\\200\032\"x)").text() == R"(a\.b\\\200\032\"x)");
  CHECK(name(R"(a\.)").labels().size() == 1);
}

TEST_CASE("name/parse: what is none") {
  for (const char* text : {"", "..", ".a", "a..b", "a.b..", "a b", "a\tb", "\xC3\xA4.org", "a\\", "a\\1", "a\\12",
                           "a\\256", "a\\1x2", "a\x7F"})
    CHECK_MESSAGE(bad(text), text);
}

TEST_CASE("name/limits: 63 octets a label, 255 in all") {
  CHECK(Name::parse(repeat("a", 63)));
  CHECK(bad(repeat("a", 64)));
  const std::string longest = repeat(repeat("a", 63) + ".", 3) + repeat("b", 61);
  CHECK(name(longest).wire().size() == 255);
  CHECK(name(longest + ".").wire().size() == 255);
  CHECK(bad(longest + "b"));
  CHECK(bad("x." + longest));
  CHECK(Name::parse(repeat("a.", 127)));
  CHECK(bad(repeat("a.", 128)));
  CHECK_FALSE(Name::join(name("x"), name(longest)));
  CHECK(Name::join(name("."), name(longest)));
}

TEST_CASE("name/compare: without regard to case, and by labels") {
  CHECK(name("MAIL.example.ORG") == name("mail.EXAMPLE.org"));
  CHECK((name("A") <=> name("a")) == std::strong_ordering::equal);
  CHECK(name("a.b") != name("ab"));
  CHECK(name(R"(a\.b)") != name("a.b"));
  CHECK(name("A.b").key() == name("a.B").key());
  CHECK(name("mail.example.org").is_within(name("Example.org")));
  CHECK(name("example.org").is_within(name("example.org")));
  CHECK(name("example.org").is_within(name(".")));
  CHECK_FALSE(name("badexample.org").is_within(name("example.org")));
  CHECK_FALSE(name("org").is_within(name("example.org")));
  CHECK_FALSE(name(R"(x\007example.org)").is_within(name("example.org")));
  CHECK(name("a.b.c").parent() == name("b.c"));
  CHECK(name("a").parent().is_root());
  CHECK(name(".").parent().is_root());
  CHECK(Name::join(name("_25._tcp"), name("a.b"))->text() == "_25._tcp.a.b");
}

TEST_CASE("name/from_wire: exactly one name") {
  CHECK(Name::from_wire(std::string("\1a\0", 3))->text() == "a");
  for (const std::string& wire : {std::string(), std::string("\1a"), std::string("\1a\0x", 4), std::string("\100"),
                                  std::string("\300\0", 2), repeat("\1a", 127) + std::string("\1a\0", 3)})
    CHECK_FALSE(Name::from_wire(wire));
}

TEST_CASE("name/host_name: only what is not ASCII is converted") {
  const auto to_ascii = [](std::string_view) -> Result<std::string> { return std::string("xn--bcher-kva.example"); };
  CHECK(dns::host_name("b\xC3\xBC"
                       "cher.example",
                       to_ascii)
            ->text() == "xn--bcher-kva.example");
  CHECK(dns::host_name("mail.example", to_ascii)->text() == "mail.example");
}
