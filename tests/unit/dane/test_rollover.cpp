#include <doctest/doctest.h>

#include "dane/rollover.hpp"

using namespace sm;
using namespace sm::dane;

namespace {

// Instead of a digest: the thing itself, marked.
Result<dns::Tlsa> record(const RecordForm& form, const Material& material) {
  const std::string& whole = form.selector == 0 ? material.certificate : material.key;
  if (whole.empty() || form.selector > 1 || form.matching_type > 2) return fail(ErrorKind::usage, "dane.bad-form", "");
  return dns::Tlsa{form.usage, form.selector, form.matching_type, std::to_string(form.matching_type) + whole};
}

Material of(const std::string& name) {
  return {.certificate = "certificate " + name, .key = "key " + name};
}
Material key_of(const std::string& name) {
  return {.certificate = {}, .key = "key " + name};
}
dns::Tlsa tlsa(std::uint8_t usage, std::uint8_t selector, std::uint8_t type, const std::string& name) {
  return *record({usage, selector, type}, of(name));
}

}  // namespace

TEST_CASE("rollover/published: usage 3 of both keys") {
  const KeyChange change{.current = {of("a"), of("ca")}, .next = {key_of("b")}};
  const auto state = [&](const std::vector<dns::Tlsa>& records) { return published(records, change, record); };
  CHECK(state({tlsa(3, 1, 1, "a"), tlsa(3, 1, 1, "b")}) == Published::both);
  CHECK(state({tlsa(3, 0, 2, "a"), tlsa(3, 1, 0, "b")}) == Published::both);
  CHECK(state({tlsa(3, 1, 1, "a")}) == Published::no_next);
  CHECK(state({tlsa(3, 1, 1, "b")}) == Published::no_current);
  CHECK(state({}) == Published::no_current);
  // Of a key nobody can tell what its certificate will be.
  CHECK(state({tlsa(3, 1, 1, "a"), tlsa(3, 0, 1, "b")}) == Published::no_next);
  const KeyChange whole{.current = {of("a")}, .next = {of("b")}};
  CHECK(published({tlsa(3, 1, 1, "a"), tlsa(3, 0, 1, "b")}, whole, record) == Published::both_by_certificate);
  CHECK(published({tlsa(3, 1, 1, "a"), tlsa(3, 0, 1, "b"), tlsa(3, 1, 1, "b")}, whole, record) == Published::both);
  // Usage 1 is of no use in mail, nor is a usage 2 that stands for the server's own certificate.
  CHECK(state({tlsa(3, 1, 1, "a"), tlsa(1, 1, 1, "b")}) == Published::no_next);
  CHECK(state({tlsa(2, 1, 1, "a"), tlsa(3, 1, 1, "b")}) == Published::no_current);
}

TEST_CASE("rollover/published: usage 2 of what issued them") {
  const std::vector<dns::Tlsa> records = {tlsa(3, 1, 1, "a"), tlsa(2, 1, 1, "ca")};
  const auto state = [&](std::vector<Material> next) {
    return published(records, {.current = {of("a"), of("ca")}, .next = std::move(next)}, record);
  };
  CHECK(state({of("b"), of("ca")}) == Published::both_by_certificate);
  CHECK(state({of("b"), of("other")}) == Published::no_next);
  CHECK(state({of("b")}) == Published::no_next);
  CHECK(state({key_of("b")}) == Published::both_by_issuer);
  // The chain of the present one may be unknown.
  CHECK(published(records, {.current = {of("a")}, .next = {key_of("b")}}, record) == Published::no_next);
  CHECK(published({tlsa(2, 1, 1, "ca"), tlsa(3, 1, 1, "b")}, {.current = {of("a"), of("ca")}, .next = {key_of("b")}},
                  record) == Published::both);
}

TEST_CASE("rollover/published: of the digests of one usage and selector the strongest counts (RFC 7671 §9)") {
  const KeyChange change{.current = {of("a")}, .next = {key_of("b")}};
  const auto strong = [](const std::string& name) {
    dns::Tlsa one = tlsa(3, 1, 2, name);
    one.data.resize(64, '-');
    return one;
  };
  const auto padded = [](const RecordForm& form, const Material& material) {
    auto made = record(form, material);
    if (made && form.matching_type == 2) made->data.resize(64, '-');
    return made;
  };
  CHECK(published({strong("a"), tlsa(3, 1, 1, "b")}, change, padded) == Published::no_next);
  CHECK(published({tlsa(3, 1, 1, "a"), strong("b")}, change, padded) == Published::no_current);
  CHECK(published({strong("a"), strong("b")}, change, padded) == Published::both);
  CHECK(published({strong("a"), strong("b"), tlsa(3, 1, 1, "a")}, change, padded) == Published::both);
  CHECK(published({strong("a"), tlsa(3, 1, 0, "b")}, change, padded) == Published::both);
  // One of another length is no digest that anybody can use.
  CHECK(published({tlsa(3, 1, 2, "a"), tlsa(3, 1, 1, "a"), tlsa(3, 1, 1, "b")}, change, padded) == Published::both);
}

TEST_CASE("rollover/state: what waits in one way does not count for another") {
  const KeyChange change{.current = {of("a")}, .next = {of("b")}};
  CHECK(waiting_for(Published::both, change) == "key b");
  CHECK(waiting_for(Published::both_by_certificate, change) == "certificate b");
  CHECK(waiting_for(Published::both_by_issuer, change) != waiting_for(Published::both, change));
}

TEST_CASE("rollover/state: from the first time that all servers had it") {
  std::vector<Waiting> all;
  CHECK(note_seen(all, "n", "k", 1000, 300).safe_at() == 1600);
  CHECK(note_seen(all, "n", "k", 1500, 300).first_seen == 1000);
  CHECK(note_seen(all, "n", "k", 1500, 900).safe_at() == 2800);
  CHECK(note_seen(all, "n", "k", 1600, 300).ttl == 900);
  CHECK(note_seen(all, "n", "other", 1700, 60).first_seen == 1700);
  CHECK(all.size() == 2);
  CHECK(forget(all, "n", "k"));
  CHECK_FALSE(forget(all, "n", "k"));
  CHECK(note_seen(all, "n", "k", 2000, 300).first_seen == 2000);
  // The clock was wrong, or is.
  CHECK(note_seen(all, "n", "k", 1999, 300).first_seen == 1999);
}

TEST_CASE("rollover/state: its file") {
  const std::vector<Waiting> all = {{"_25._tcp.mx.example.org", "00ff", 1795890032, 300}, {"_25._tcp.b", "11", 0, 0}};
  CHECK(*parse_state(write_state(all)) == all);
  CHECK(parse_state("")->empty());
  CHECK(parse_state("# x\n\n  a b 1 2  \r\n")->size() == 1);
  for (const char* text : {"a b 1\n", "a b 1 2 3\n", "a b x 2\n", "a b 1 -2\n", "a b -1 2\n", "a b 1 4294967296\n"}) {
    const auto bad = parse_state(text);
    REQUIRE_FALSE(bad);
    CHECK(bad.error().code == "dane.state");
    CHECK(bad.error().kind == ErrorKind::data);
  }
}
