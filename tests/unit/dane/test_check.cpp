#include <doctest/doctest.h>

#include "fakes.hpp"

using namespace sm;
using namespace sm::dane;
using dns::Failure;
using dns::Security;
using dns::Type;
using net::KeyType;
using net::ProbeOutcome;
using net::ProbeStep;

namespace {

const std::string key_a(32, '\xaa');
const std::string key_b(32, '\xbb');
const std::string a = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const std::string b = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const std::string mx_text = "$TTL 60\nexample.org. MX 10 mx.example.org.\n";
const std::string host_text = "$TTL 60\nmx.example.org. A 192.0.2.1\n";
const std::string tlsa = "_25._tcp.mx.example.org. TLSA 3 1 1 " + a + "\n";

// A domain whose one host proves its record.
struct Good : World {
  explicit Good(const std::string& more = {}) : World(mx_text + host_text + tlsa + more) {
    probe.set("192.0.2.1", presents(key_a));
  }
};

void is(const CheckReport& report, Verdict verdict, int status) {
  CHECK(name_of(report.verdict) == name_of(verdict));
  CHECK(status_of(report, false, false) == status);
}

}  // namespace

TEST_CASE("check/protected: MX, address and TLSA secure, and the server proves it with both kinds of key") {
  Good world;
  const CheckReport report = world.domain("example.org");
  is(report, Verdict::is_protected, 0);
  CHECK(world.probe.asked() ==
        std::vector<std::string>{"192.0.2.1 mx.example.org ecdsa", "192.0.2.1 mx.example.org rsa"});
  CHECK(report.hosts.at(0).records.at(0).matched);
  CHECK(has(report, "dane.match", "RFC 7672 §3.1.1"));
  CHECK(worst(all_findings(report)) == report::Severity::info);
  CHECK(world.resolver.asked().back() == "_25._tcp.mx.example.org A");
  // The domain may stand in the certificate for the host (RFC 7672 §3.2.2).
  CHECK(world.judge.questions.at(0).base_domain == "mx.example.org");
  CHECK(world.judge.questions.at(0).further_names == std::vector<std::string>{"example.org"});
}

TEST_CASE("check/quick: one handshake with any key, no denial") {
  Good world;
  world.options.quick = true;
  is(world.domain("example.org"), Verdict::is_protected, 0);
  CHECK(world.probe.asked() == std::vector<std::string>{"192.0.2.1 mx.example.org any"});
  CHECK(world.resolver.asked().size() == 4);
}

TEST_CASE("check/mx: null, implicit, none, no domain (RFC 7505 §3, RFC 5321 §5.1)") {
  World null("example.org. MX 0 .\n");
  is(null.domain("example.org"), Verdict::null_mx, 2);

  // Mail goes to the domain itself, with DANE as for any host.
  World implicit("example.org. A 192.0.2.1\n_25._tcp.example.org. TLSA 3 1 1 " + a + "\n");
  implicit.probe.set("192.0.2.1", presents(key_a));
  is(implicit.domain("example.org"), Verdict::is_protected, 0);

  World no_mail("example.org. TXT \"nothing\"\n");
  is(no_mail.domain("example.org"), Verdict::no_mail, 2);

  // An address below, and still no implicit MX: the name is not there.
  World no_domain("example.net. A 192.0.2.1\n");
  const CheckReport report = no_domain.domain("example.org");
  is(report, Verdict::no_mail, 2);
  CHECK(report.source == Source::no_domain);
  CHECK(no_domain.resolver.asked().size() == 1);

  // A null MX among others is a mistake, and no host.
  Good both("example.org. MX 0 .\n");
  const CheckReport mixed = both.domain("example.org");
  is(mixed, Verdict::is_protected, 0);
  CHECK(has(mixed, "dane.null-mx-with-others", "RFC 7505 §3"));
}

TEST_CASE("check/mx: not secure means opportunistic, bogus a failure, unknown not tested (RFC 7672 §2.2.1, §2.1.2)") {
  World insecure("example.net. MX 10 mx.example.org.\n" + host_text + tlsa);
  insecure.resolver.set(Security::insecure, "example.net");
  insecure.probe.set("192.0.2.1", presents(key_a));
  const CheckReport report = insecure.domain("example.net");
  is(report, Verdict::opportunistic, 2);
  CHECK(status_of(report, true, false) == 0);
  CHECK(has(report, "dane.mx-insecure", "RFC 7672 §2.2.1"));

  World implicit("example.net. A 192.0.2.1\n");
  implicit.resolver.set(Security::insecure, "example.net");
  is(implicit.domain("example.net"), Verdict::no_dane, 2);

  Good bogus;
  bogus.resolver.fail(Failure::bogus, "example.org", Type::mx);
  is(bogus.domain("example.org"), Verdict::bogus, 1);
  for (const Failure failure : {Failure::timeout, Failure::servfail, Failure::unreachable, Failure::stripped}) {
    Good unknown;
    unknown.resolver.fail(failure, "example.org", Type::mx);
    is(unknown.domain("example.org"), Verdict::untested, 75);
    CHECK(unknown.probe.asked().empty());
  }
}

TEST_CASE("check/nobody validated: neither a promise nor the lack of one is proven") {
  Good world;
  world.resolver.trust = dns::Trust::nobody;
  is(world.domain("example.org"), Verdict::untested, 75);
  World plain(mx_text + host_text);
  plain.resolver.trust = dns::Trust::nobody;
  is(plain.domain("example.org"), Verdict::untested, 75);
  CHECK(plain.probe.asked().empty());
  CHECK(name_of(plain.host("mx.example.org", 25).verdict) == "not-tested");
}

TEST_CASE("check/hosts: all of them, each once, and one that fails is enough") {
  const std::string second = "example.org. MX 20 mx2.example.org.\nmx2.example.org. A 192.0.2.2\n";
  const std::string record = "_25._tcp.mx2.example.org. TLSA 3 1 1 " + b + "\n";
  Good good(second + record);
  good.probe.set("192.0.2.2", presents(key_b));
  is(good.domain("example.org"), Verdict::is_protected, 0);

  Good wrong(second + record);
  wrong.probe.set("192.0.2.2", presents(key_a));
  is(wrong.domain("example.org"), Verdict::failed, 1);

  Good partial(second);
  is(partial.domain("example.org"), Verdict::partial, 1);

  Good closed(second + record);
  is(closed.domain("example.org"), Verdict::untested, 75);

  // That one has none is known, whatever the others are.
  Good closed_and_plain(second + record + "example.org. MX 30 mx3.example.org.\nmx3.example.org. A 192.0.2.3\n");
  is(closed_and_plain.domain("example.org"), Verdict::partial, 1);

  // No address, and DNSSEC vouches for it: nobody can get mail there.
  Good missing("example.org. MX 20 nobody.example.org.\n");
  const CheckReport report = missing.domain("example.org");
  is(report, Verdict::is_protected, 0);
  CHECK(has(report, "dane.no-address"));
  // But where nobody vouches, somebody may have one tomorrow.
  Good forgeable("example.org. MX 20 nobody.example.net.\nexample.net. A 192.0.2.9\n");
  forgeable.resolver.set(Security::insecure, "example.net");
  is(forgeable.domain("example.org"), Verdict::partial, 1);

  // SNI and certificates know no case.
  World upper("$TTL 60\nexample.org. MX 10 MX.Example.org.\n" + host_text + tlsa);
  upper.probe.set("192.0.2.1", presents(key_a));
  is(upper.domain("example.org"), Verdict::is_protected, 0);
  CHECK(upper.probe.asked().at(0) == "192.0.2.1 mx.example.org ecdsa");

  Good twice("example.org. MX 30 MX.example.org.\n");
  const CheckReport once = twice.domain("example.org");
  is(once, Verdict::is_protected, 0);
  CHECK(once.hosts.size() == 1);
  CHECK(once.hosts.at(0).preference == 10);
}

TEST_CASE("check/addresses: TLSA is asked for only where they are secure (RFC 7672 §2.2.2)") {
  World insecure(mx_text + host_text + tlsa);
  insecure.resolver.set(Security::insecure, "mx.example.org");
  insecure.resolver.set(Security::secure, "_25._tcp.mx.example.org");
  is(insecure.domain("example.org"), Verdict::no_dane, 2);
  for (const std::string& question : insecure.resolver.asked()) CHECK_FALSE(question.ends_with("TLSA"));

  Good bogus;
  bogus.resolver.fail(Failure::bogus, "mx.example.org", Type::a);
  is(bogus.domain("example.org"), Verdict::bogus, 1);

  // One family can't be known: what the other one shows is not all.
  Good half;
  half.resolver.fail(Failure::timeout, "mx.example.org", Type::aaaa);
  is(half.domain("example.org"), Verdict::untested, 75);
  half.options.family = net::Address::Family::v4;
  is(half.domain("example.org"), Verdict::is_protected, 0);
  half.options.family = net::Address::Family::v6;
  is(half.domain("example.org"), Verdict::untested, 75);

  // Each address of both families.
  Good six("mx.example.org. AAAA 2001:db8::1\n");
  is(six.domain("example.org"), Verdict::untested, 75);
  six.probe.set("2001:db8::1", presents(key_b));
  World again(mx_text + host_text + tlsa + "mx.example.org. AAAA 2001:db8::1\n");
  again.probe.set("192.0.2.1", presents(key_a));
  again.probe.set("2001:db8::1", presents(key_b));
  is(again.domain("example.org"), Verdict::failed, 1);
}

TEST_CASE("check/alias: the expanded name first, then the host's own (RFC 7672 §2.2.2, §2.2.3)") {
  const std::string alias =
      "$TTL 60\nexample.org. MX 10 mx.example.org.\nmx.example.org. CNAME real.example.net.\nreal.example.net. A "
      "192.0.2.1\n";
  const std::string at_real = "_25._tcp.real.example.net. TLSA 3 1 1 " + a + "\n";

  World expanded(alias + at_real + "_25._tcp.mx.example.org. TLSA 3 1 1 " + b + "\n");
  expanded.probe.set("192.0.2.1", presents(key_a));
  const CheckReport report = expanded.domain("example.org");
  is(report, Verdict::is_protected, 0);
  CHECK(report.hosts.at(0).base_domain->text() == "real.example.net");
  CHECK(expanded.probe.asked().at(0) == "192.0.2.1 real.example.net ecdsa");

  World own(alias + tlsa);
  own.probe.set("192.0.2.1", presents(key_a));
  const CheckReport at_own = own.domain("example.org");
  is(at_own, Verdict::is_protected, 0);
  CHECK(at_own.hosts.at(0).base_domain->text() == "mx.example.org");

  // Into a zone that is not signed: the target's records count for nothing, the host's own do.
  World insecure(alias + tlsa + at_real);
  insecure.resolver.set(Security::insecure, "example.net");
  insecure.probe.set("192.0.2.1", presents(key_a));
  is(insecure.domain("example.org"), Verdict::is_protected, 0);
  for (const std::string& question : insecure.resolver.asked()) CHECK(question != "_25._tcp.real.example.net TLSA");
  World nothing(alias + at_real);
  nothing.resolver.set(Security::insecure, "example.net");
  is(nothing.domain("example.org"), Verdict::no_dane, 2);

  // An alias that is itself not signed.
  World from("$TTL 60\nexample.org. MX 10 mx.example.net.\nmx.example.net. CNAME mx.example.org.\n" + host_text + tlsa +
             "_25._tcp.mx.example.net. TLSA 3 1 1 " + a + "\n");
  from.resolver.set(Security::insecure, "example.net");
  is(from.domain("example.org"), Verdict::no_dane, 2);
  CHECK(from.probe.asked().empty());
}

TEST_CASE("check/tlsa: bogus fails, unknown is not tested, never a downgrade (RFC 7672 §2.1.2)") {
  Good bogus;
  bogus.resolver.fail(Failure::bogus, "_25._tcp.mx.example.org", Type::tlsa);
  is(bogus.domain("example.org"), Verdict::bogus, 1);
  for (const Failure failure : {Failure::timeout, Failure::servfail, Failure::refused, Failure::malformed}) {
    Good unknown;
    unknown.resolver.fail(failure, "_25._tcp.mx.example.org", Type::tlsa);
    is(unknown.domain("example.org"), Verdict::untested, 75);
    CHECK(unknown.probe.asked().empty());
    // Nor is the host's own name tried after an expanded one that failed.
    World alias(
        "$TTL 60\nexample.org. MX 10 mx.example.org.\nmx.example.org. CNAME real.example.net.\nreal.example.net. A "
        "192.0.2.1\n" +
        tlsa);
    alias.resolver.fail(failure, "_25._tcp.real.example.net", Type::tlsa);
    is(alias.domain("example.org"), Verdict::untested, 75);
  }
  World none(mx_text + host_text);
  is(none.domain("example.org"), Verdict::no_dane, 2);

  // Records that an alias leads to in a zone that is not signed (RFC 7672 §2.1.1).
  World insecure(mx_text + host_text +
                 "_25._tcp.mx.example.org. CNAME tlsa.example.net.\ntlsa.example.net. TLSA 3 1 1 " + a + "\n");
  insecure.resolver.set(Security::insecure, "example.net");
  insecure.probe.set("192.0.2.1", presents(key_a));
  const CheckReport report = insecure.domain("example.org");
  is(report, Verdict::no_dane, 2);
  CHECK(has(report, "dane.tlsa-insecure", "RFC 7672 §2.1.1"));
  CHECK(insecure.probe.asked().empty());
}

TEST_CASE("check/usable: what can't be used is as good as absent, unless nothing can (RFC 7672 §2.2, §3.1.3)") {
  const auto check = [](const std::string& records) {
    World world(mx_text + host_text + records);
    world.probe.set("192.0.2.1", presents(key_a));
    return world.domain("example.org");
  };
  const std::string at = "_25._tcp.mx.example.org. TLSA ";
  for (const std::string& record : {"1 1 1 " + a, "0 0 1 " + a, "4 1 1 " + a, "3 2 1 " + a, "3 1 3 " + a,
                                    std::string("3 1 1 aaaa"), "3 1 2 " + a, std::string("3 0 0 deadbeef")}) {
    CAPTURE(record);
    is(check(at + record + "\n"), Verdict::unusable, 1);
    is(check(at + record + "\n" + tlsa), Verdict::is_protected, 0);
    is(check(at + record + "\n" + at + "3 1 1 " + b + "\n"), Verdict::failed, 1);
  }
  CHECK(has(check(at + "1 1 1 " + a + "\n"), "dane.tlsa-unusable", "RFC 7672 §3.1.3"));
}

TEST_CASE("check/keys: RSA and ECDSA both, and a kind that is not there is no failure") {
  const net::ProbeResult no_such = ends(ProbeOutcome::no_common_parameters, ProbeStep::handshake);
  const net::ProbeResult closes = ends(ProbeOutcome::closed, ProbeStep::handshake);
  for (const auto& [missing, there] : {std::pair{KeyType::rsa, KeyType::ecdsa}, {KeyType::ecdsa, KeyType::rsa}})
    for (const auto& how : {no_such, closes}) {
      Good world;
      world.probe.set("192.0.2.1", missing, how);
      world.probe.set("192.0.2.1", there, presents(key_a));
      const CheckReport report = world.domain("example.org");
      is(report, Verdict::is_protected, 0);
      CHECK(world.probe.asked().size() == 2);
      CHECK(has(report, "dane.key-closed") == (how.outcome == ProbeOutcome::closed));
    }

  // The record is of one key, the server has two.
  Good other;
  other.probe.set("192.0.2.1", KeyType::rsa, presents(key_b));
  is(other.domain("example.org"), Verdict::failed, 1);
  Good both(("_25._tcp.mx.example.org. TLSA 3 1 1 " + b + "\n"));
  both.probe.set("192.0.2.1", KeyType::rsa, presents(key_b));
  is(both.domain("example.org"), Verdict::is_protected, 0);

  // Neither: perhaps a third kind.
  Good third;
  third.probe.set("192.0.2.1", KeyType::rsa, no_such);
  third.probe.set("192.0.2.1", KeyType::ecdsa, no_such);
  is(third.domain("example.org"), Verdict::is_protected, 0);
  CHECK(third.probe.asked().size() == 3);
  Good none;
  none.probe.set("192.0.2.1", no_such);
  is(none.domain("example.org"), Verdict::untested, 75);
  Good closed;
  closed.probe.set("192.0.2.1", closes);
  is(closed.domain("example.org"), Verdict::untested, 75);

  // The first is right, the second is refused: it may be another key.
  Good limited;
  limited.probe.set("192.0.2.1", KeyType::rsa, ends(ProbeOutcome::busy));
  is(limited.domain("example.org"), Verdict::untested, 75);
}

TEST_CASE("check/server: what proves a failure, and what proves nothing") {
  for (const auto outcome : {ProbeOutcome::no_starttls, ProbeOutcome::starttls_refused,
                             ProbeOutcome::plaintext_injected, ProbeOutcome::tls_too_old}) {
    CAPTURE(name_of(outcome));
    Good world;
    world.probe.set("192.0.2.1", ends(outcome));
    is(world.domain("example.org"), Verdict::failed, 1);
    CHECK(world.probe.asked().size() == 1);
  }
  for (const auto outcome :
       {ProbeOutcome::unreachable, ProbeOutcome::connect_refused, ProbeOutcome::timed_out, ProbeOutcome::busy,
        ProbeOutcome::refused, ProbeOutcome::malformed, ProbeOutcome::closed, ProbeOutcome::handshake_failed}) {
    CAPTURE(name_of(outcome));
    Good world;
    world.probe.set("192.0.2.1", ends(outcome));
    is(world.domain("example.org"), Verdict::untested, 75);
    CHECK(world.probe.asked().size() == 1);
  }
  Good blocked;
  blocked.probe.set("192.0.2.1", ends(ProbeOutcome::timed_out, ProbeStep::connect));
  CHECK(has(blocked.domain("example.org"), "dane.port-25"));
  // Without DANE nobody cares.
  World plain(mx_text + host_text);
  is(plain.domain("example.org"), Verdict::no_dane, 2);
  CHECK(plain.probe.asked().empty());
}

TEST_CASE("check/usage 2: names and dates count, and what ends soon is said (RFC 7672 §3.1.2, §3.2)") {
  const std::string record = "_25._tcp.mx.example.org. TLSA 2 1 1 " + a + "\n";
  const auto check = [&](const std::string& name, int days) {
    World world(mx_text + host_text + record);
    world.probe.set("192.0.2.1", presents(name + "/" + std::to_string(days) + "/" + key_a));
    return world.domain("example.org");
  };
  const CheckReport good = check("mx.example.org", 30);
  is(good, Verdict::is_protected, 0);
  CHECK_FALSE(good.ends_soon);
  CHECK(first_ending(good, true).has_value());
  is(check("example.org", 30), Verdict::is_protected, 0);
  const CheckReport wrong = check("other.example.org", 30);
  is(wrong, Verdict::failed, 1);
  CHECK(has(wrong, "dane.wrong-name", "RFC 7672 §3.2.3"));
  const CheckReport soon = check("mx.example.org", 13);
  is(soon, Verdict::is_protected, 0);
  CHECK(soon.ends_soon);
  CHECK(has(soon, "dane.certificate-ends"));
  CHECK(status_of(soon, false, true) == 1);
  CHECK_FALSE(check("mx.example.org", 14).ends_soon);
}

TEST_CASE("check/signatures: those of MX, addresses and TLSA that end soon") {
  const auto signature = [](const std::string& name, const std::string& type, const std::string& end) {
    return name + " RRSIG " + type + " 13 2 60 " + end + " 20261101000000 1 example.org. AAAA\n";
  };
  const std::string late = "20270101000000";
  const std::string soon = "20261205000000";
  const auto check = [&](const std::string& mx, const std::string& address, const std::string& record) {
    Good world(signature("example.org.", "MX", mx) + signature("mx.example.org.", "A", address) +
               signature("_25._tcp.mx.example.org.", "TLSA", record));
    return world.domain("example.org");
  };
  CHECK_FALSE(check(late, late, late).ends_soon);
  CHECK(check(late, late, late).endings.size() == 1);
  for (const CheckReport& report : {check(soon, late, late), check(late, soon, late), check(late, late, soon)}) {
    is(report, Verdict::is_protected, 0);
    CHECK(report.ends_soon);
    CHECK(has(report, "dane.signature-ends", "RFC 4035 §5.3.1"));
  }
  // Signed twice: the later one holds.
  Good twice(signature("example.org.", "MX", soon) + signature("example.org.", "MX", late));
  CHECK_FALSE(twice.domain("example.org").ends_soon);
}

TEST_CASE("check/denial: broken proofs are told, and change nothing") {
  Good world;
  world.resolver.fail(Failure::servfail, "_25._tcp.mx.example.org", Type::a);
  const CheckReport report = world.domain("example.org");
  is(report, Verdict::is_protected, 0);
  CHECK(has(report, "dane.denial"));
  Good slow;
  slow.resolver.fail(Failure::timeout, "_25._tcp.mx.example.org", Type::a);
  CHECK_FALSE(has(slow.domain("example.org"), "dane.denial"));
}

TEST_CASE("check/host: a port of its own, nobody's MX") {
  World world(host_text + "_993._tcp.mx.example.org. TLSA 3 1 1 " + a + "\n");
  world.probe.set("192.0.2.1", presents(key_a));
  const CheckReport report = world.host("mx.example.org", 993);
  is(report, Verdict::is_protected, 0);
  CHECK(report.subject == "mx.example.org:993");
  CHECK(report.hosts.at(0).sessions.at(0).target.protocol == net::Protocol::tls);
  is(world.host("mx.example.org", 25), Verdict::no_dane, 2);
  is(world.host("none.example.org", 25), Verdict::no_mail, 2);
}

TEST_CASE("check/json: what changes from night to night stands under run") {
  const auto write = [](std::chrono::hours later) {
    World world(mx_text + host_text + "_25._tcp.mx.example.org. TLSA 2 1 1 " + a + "\n");
    world.options.now += later;
    world.probe.set("192.0.2.1", presents("mx.example.org/" + std::to_string(60 - later.count() / 24) + "/" + key_a));
    return to_json(world.domain("example.org"), 0);
  };
  const auto without_run = [](const json::Value& value) {
    json::Value copy;
    for (const auto& [name, member] : *value.object())
      if (name != "run") copy.add(name, member);
    return json::write(copy);
  };
  const json::Value tonight = write(std::chrono::hours(0));
  const json::Value tomorrow = write(std::chrono::hours(24));
  CHECK(without_run(tonight) == without_run(tomorrow));
  CHECK(json::write(tonight) != json::write(tomorrow));
  CHECK(*tonight.find("verdict")->string() == "protected");
}
