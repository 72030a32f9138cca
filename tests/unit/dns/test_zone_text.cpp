#include <doctest/doctest.h>

#include <string>

#include "dns/properties.hpp"
#include "dns/zone_text.hpp"

using namespace sm;
using namespace sm::dns;

namespace {

// All records in the form of zone_text().
std::string all(std::string_view text) {
  const auto records = parse_zone_text(text, *Name::parse("example.org"));
  if (!records) return records.error().message;
  std::string out;
  for (const Record& record : *records) out += zone_text(record);
  return out;
}

}  // namespace

TEST_CASE("zone/text: owners, TTLs and classes in every place they may stand") {
  CHECK(all("; nothing\n\n") == "");
  CHECK(all("mail A 192.0.2.1") == "mail.example.org. 0 IN A 192.0.2.1\n");
  CHECK(all("mail 60 IN A 192.0.2.1\n\tIN 30 AAAA ::1\r\n\tA 192.0.2.2\n") ==
        "mail.example.org. 60 IN A 192.0.2.1\n"
        "mail.example.org. 30 IN AAAA ::1\n"
        "mail.example.org. 30 IN A 192.0.2.2\n");
  CHECK(all("$TTL 300\n@ MX 10 mail\n$ORIGIN sub\nmail 5 A 192.0.2.1\nx.test. CLASS1 A 192.0.2.2\n") ==
        "example.org. 300 IN MX 10 mail.example.org.\n"
        "mail.sub.example.org. 5 IN A 192.0.2.1\n"
        "x.test. 300 IN A 192.0.2.2\n");
  CHECK(all("_25._tcp.mail TLSA ( 3 1 ; key\n 1\n 00ff )\n") == "_25._tcp.mail.example.org. 0 IN TLSA 3 1 1 00ff\n");
  CHECK(all("x TXT \"a;(\" b\\;c ; comment") == "x.example.org. 0 IN TXT \"a;(\" \"b;c\"\n");
  CHECK(all("x TYPE65280 \\# 1 00\nx TYPE1 192.0.2.1\n") ==
        "x.example.org. 0 IN TYPE65280 \\# 1 00\nx.example.org. 0 IN A 192.0.2.1\n");
}

TEST_CASE("zone/text: what is refused, with its line") {
  for (const auto& [text, message] : std::initializer_list<std::pair<const char*, const char*>>{
           {"\n x A 192.0.2.1", "line 2: no owner, and no record before"},
           {"x 99999999999 A 192.0.2.1", "line 1: the TTL is no number of seconds"},
           {"x 2147483648 A 192.0.2.1", "line 1: the TTL is no number of seconds"},
           {"x CH A 192.0.2.1", "line 1: no type, or one that is unknown"},
           {"x A", "line 1: A: not this type's form"},
           {"a A 192.0.2.1\nx. (\n A\n b )\n", "line 2: A: not this type's form"},
           {"x", "line 1: no type, or one that is unknown"},
           {"a..b A 192.0.2.1", "line 1: the owner is no domain name"},
           {"\"x\" A 192.0.2.1", "line 1: the owner is no domain name"},
           {"$INCLUDE /etc/passwd", "line 1: unknown directive"},
           {"$TTL 1h", "line 1: $TTL: not a number of seconds"},
           {"$ORIGIN a..b", "line 1: $ORIGIN: not a domain name"},
           {"x TXT \"a\nb\"", "line 1: a quote or parenthesis without its other, or NUL"},
           {"x A ( 192.0.2.1", "line 1: a quote or parenthesis without its other, or NUL"},
           {"x A 192.0.2.1 )", "line 1: a quote or parenthesis without its other, or NUL"}})
    CHECK(all(text) == message);
  CHECK(all(std::string("x\0", 2)) == "line 1: a quote or parenthesis without its other, or NUL");
}

TEST_CASE("zone/text: limits") {
  const auto code = [](const std::string& text) {
    const auto records = parse_zone_text(text);
    return records ? std::string() : records.error().code;
  };
  CHECK(code(std::string(max_zone_text + 1, '\n')) == "dns.zone-syntax");
  std::string many;
  for (std::size_t i = 0; i < max_zone_records; ++i) many += "a A 192.0.2.1\n";
  CHECK(code(many) == "");
  CHECK(code(many + "a A 192.0.2.1\n") == "dns.zone-syntax");
}
