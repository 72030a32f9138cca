#include <doctest/doctest.h>

#include "dane/destination.hpp"
#include "fakes.hpp"

using namespace sm;
using namespace sm::dane;
using dns::Failure;
using dns::Security;
using dns::Type;

namespace {

const std::string a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const std::string mx_text = "example.org. 3600 MX 10 mx.example.org.\n";
const std::string two_text = mx_text + "example.org. 3600 MX 20 mx.example.net.\n";
const std::string host_text = "mx.example.org. 1800 A 192.0.2.1\nmx.example.org. 1700 AAAA 2001:db8::1\n";
const std::string other_text = "mx.example.net. 1800 A 192.0.2.2\nmx.example.net. 1700 AAAA 2001:db8::2\n";
const std::string tlsa = "_25._tcp.mx.example.org. 900 TLSA 3 1 1 " + a + "\n";
const std::string other_tlsa = "_25._tcp.mx.example.net. 800 TLSA 2 0 1 " + a + "\n";
const std::string unusable = "_25._tcp.mx.example.org. 900 TLSA 1 1 1 " + a + "\n";

struct Lab {
  explicit Lab(const std::string& zone_text) : resolver(zone_text) {}

  dns::FakeResolver resolver;
  FakeJudge judge;

  Destination ask(const NextHop& next_hop) {
    std::optional<Destination> result;
    ask_destination(resolver, judge, next_hop, std::chrono::seconds(1),
                    [&](Destination destination) { result = std::move(destination); });
    while (resolver.open() != 0) resolver.process({});
    if (!result) throw std::logic_error("it did not end");
    return *std::move(result);
  }
  Destination ask(std::string_view name = "example.org") { return ask(NextHop{.name = *dns::Name::parse(name)}); }
  std::string coverage() { return std::string(name_of(ask().coverage)); }
  bool asked(std::string_view question) const {
    return std::ranges::find(resolver.asked(), question) != resolver.asked().end();
  }
};

}  // namespace

TEST_CASE("destination: every host has usable records, and DNSSEC vouches for all of it") {
  Lab lab(two_text + host_text + other_text + tlsa + other_tlsa);
  const Destination destination = lab.ask();
  CHECK(name_of(destination.coverage) == "all");
  CHECK(destination.ttl == 800);  // the smallest of all
  CHECK(destination.reason.empty());
  CHECK(lab.resolver.asked().size() == 7);
  // The TTL of MX, and of addresses.
  CHECK(Lab("example.org. 60 MX 10 mx.example.org.\n" + host_text + tlsa).ask().ttl == 60);
  CHECK(Lab(mx_text + "mx.example.org. 30 A 192.0.2.1\nmx.example.org. 40 AAAA 2001:db8::1\n" + tlsa).ask().ttl == 30);
  // One usable record of a host is enough.
  CHECK(Lab(mx_text + host_text + tlsa + unusable).coverage() == "all");
}

TEST_CASE("destination: none, some, unusable, insecure (RFC 7672 §2.2)") {
  CHECK(Lab(mx_text + host_text).coverage() == "none");
  CHECK(Lab(two_text + host_text + other_text + tlsa).coverage() == "some");
  CHECK(Lab(mx_text + host_text + unusable).coverage() == "unusable");
  CHECK(Lab(two_text + host_text + other_text + unusable).coverage() == "unusable");
  CHECK(Lab(two_text + host_text + other_text + unusable + other_tlsa).coverage() == "some");
  CHECK(Lab(mx_text + host_text + "_25._tcp.mx.example.org. 900 TLSA 3 1 1 aa\n").coverage() == "unusable");
  CHECK(Lab(mx_text + host_text + "_25._tcp.mx.example.org. 900 TLSA 3 1 0 77686f6c65\n").coverage() == "all");
  CHECK(Lab(mx_text + host_text + "_25._tcp.mx.example.org. 900 TLSA 3 1 0 aa\n").coverage() == "unusable");

  Lab insecure("example.net. 3600 MX 10 mx.example.org.\n" + host_text + tlsa);
  insecure.resolver.set(Security::insecure, "example.net");
  CHECK(insecure.ask("example.net").coverage == Coverage::insecure);
  Lab all_unusable("example.net. 3600 MX 10 mx.example.org.\n" + host_text + unusable);
  all_unusable.resolver.set(Security::insecure, "example.net");
  CHECK(all_unusable.ask("example.net").coverage == Coverage::unusable);
}

TEST_CASE("destination: TLSA is asked for only where the addresses are secure (§2.2.2)") {
  Lab lab(two_text + host_text + other_text + tlsa + other_tlsa);
  lab.resolver.set(Security::insecure, "example.net");
  CHECK(lab.coverage() == "some");
  CHECK(lab.asked("_25._tcp.mx.example.org TLSA"));
  CHECK(!lab.asked("_25._tcp.mx.example.net TLSA"));
  // Not even where it would fail.
  lab.resolver.fail(Failure::servfail, "_25._tcp.mx.example.net");
  CHECK(lab.coverage() == "some");
  // Records that are not secure count for nothing.
  Lab below(mx_text + host_text + tlsa);
  below.resolver.set(Security::insecure, "_tcp.mx.example.org");
  CHECK(below.coverage() == "none");
}

TEST_CASE("destination: aliases (§2.1.3, §2.2.2, §2.2.3)") {
  const std::string alias = mx_text +
                            "mx.example.org. 500 CNAME host.example.net.\nhost.example.net. 1000 A "
                            "192.0.2.1\nhost.example.net. 1000 AAAA 2001:db8::1\n";
  const std::string at_end = "_25._tcp.host.example.net. 900 TLSA 3 1 1 " + a + "\n";
  Lab end(alias + at_end);
  CHECK(end.coverage() == "all");
  CHECK(!end.asked("_25._tcp.mx.example.org TLSA"));
  // The original name, if there is nothing at the expanded one.
  CHECK(Lab(alias + tlsa).coverage() == "all");
  // A secure alias into a zone that is not: at its own name only.
  Lab into(alias + at_end);
  into.resolver.set(Security::insecure, "example.net");
  CHECK(into.coverage() == "none");
  CHECK(!into.asked("_25._tcp.host.example.net TLSA"));
  Lab own(alias + tlsa);
  own.resolver.set(Security::insecure, "example.net");
  CHECK(own.ask().coverage == Coverage::all);
  CHECK(own.ask().ttl == 500);
  own.resolver.fail(Failure::timeout, "mx.example.org", Type::cname);
  CHECK(own.coverage() == "temporary");
}

TEST_CASE("destination: what is bogus or fails is temporary, never a lack (§2.1.2)") {
  const std::string all = mx_text + host_text + tlsa;
  const auto failing = [&](Failure failure, std::string_view name, std::optional<Type> type) {
    Lab lab(all);
    lab.resolver.fail(failure, name, type);
    return lab.ask();
  };
  for (const Failure failure : {Failure::servfail, Failure::timeout, Failure::bogus, Failure::refused}) {
    const Destination mx = failing(failure, "example.org", Type::mx);
    CHECK(mx.coverage == Coverage::temporary);
    CHECK(mx.ttl == 0);
    CHECK(mx.reason.find("MX example.org") == 0);
    CHECK(failing(failure, "_25._tcp.mx.example.org", Type::tlsa).coverage == Coverage::temporary);
    CHECK(failing(failure, "_25._tcp.mx.example.org", Type::tlsa).reason.find("TLSA _25._tcp.mx.example.org") == 0);
    CHECK(failing(failure, "mx.example.org", {}).coverage == Coverage::temporary);
    // One family is enough, if it is not bogus.
    CHECK((failing(failure, "mx.example.org", Type::aaaa).coverage == Coverage::temporary) ==
          (failure == Failure::bogus));
  }
  // Nobody validated anything: nothing is known.
  Lab nobody(all);
  nobody.resolver.trust = dns::Trust::nobody;
  CHECK(nobody.coverage() == "temporary");
}

TEST_CASE("destination: a host of which nothing is known is left, if another one proves itself (§2.1.2)") {
  Lab lab(two_text + host_text + other_text + tlsa + other_tlsa);
  lab.resolver.fail(Failure::bogus, "mx.example.net");
  const Destination destination = lab.ask();
  CHECK(name_of(destination.coverage) == "some");
  CHECK(destination.ttl == 60);
  CHECK(destination.reason.empty());
  Lab without(two_text + host_text + other_text + other_tlsa);
  without.resolver.fail(Failure::bogus, "mx.example.net");
  CHECK(without.coverage() == "temporary");
  Lab useless(two_text + host_text + other_text + unusable);
  useless.resolver.fail(Failure::bogus, "mx.example.net");
  CHECK(useless.coverage() == "temporary");
}

TEST_CASE("destination: no MX, a null MX, no domain, no address (RFC 5321 §5.1, RFC 7505)") {
  Lab implicit("example.org. 700 A 192.0.2.1\n_25._tcp.example.org. 900 TLSA 3 1 1 " + a + "\n");
  CHECK(implicit.coverage() == "all");
  implicit.resolver.set(Security::insecure, "example.org");
  CHECK(implicit.coverage() == "none");
  CHECK(Lab("example.org. 700 MX 0 .\n").coverage() == "no-mail");
  CHECK(Lab("example.org. 700 MX 0 .\n").ask().ttl == 700);
  CHECK(Lab("example.org. 700 MX 0 .\n" + mx_text + host_text + tlsa).coverage() == "all");
  CHECK(Lab("").coverage() == "no-mail");
  CHECK(Lab(mx_text).coverage() == "no-mail");
  CHECK(Lab(two_text + host_text + tlsa).coverage() == "all");  // the other one takes no mail
  Lab forgeable(two_text + host_text + tlsa);
  forgeable.resolver.set(Security::insecure, "example.net");
  CHECK(forgeable.coverage() == "some");
  // Something that is no MX.
  CHECK(Lab(mx_text + "example.org. 3600 MX \\# 1 00\n" + host_text + tlsa).coverage() == "some");
}

TEST_CASE("destination: a host that is named itself, and a port") {
  Lab lab(mx_text + host_text + tlsa + "_587._tcp.mx.example.org. 900 TLSA 1 1 1 " + a + "\n");
  NextHop host{.name = *dns::Name::parse("mx.example.org"), .is_host = true};
  CHECK(lab.ask(host).coverage == Coverage::all);
  CHECK(!lab.asked("mx.example.org MX"));
  host.port = 587;
  CHECK(lab.ask(host).coverage == Coverage::unusable);
  host.port = 465;
  CHECK(lab.ask(host).coverage == Coverage::none);
  CHECK(lab.ask(NextHop{.name = *dns::Name::parse("example.org"), .port = 587}).coverage == Coverage::unusable);
}

TEST_CASE("destination: more hosts than are looked at are not all") {
  std::string zone;
  for (std::size_t i = 0; i <= max_hosts; ++i) {
    const std::string host = "mx" + std::to_string(i) + ".example.org.";
    zone.append("example.org. 60 MX 10 ").append(host).append("\n");
    zone.append(host)
        .append(" 60 A 192.0.2.1\n_25._tcp.")
        .append(host)
        .append(" 60 TLSA 3 1 1 ")
        .append(a)
        .append("\n");
  }
  CHECK(Lab(zone).coverage() == "some");
}
