#include <doctest/doctest.h>

#include "dns/fake_resolver.hpp"

using namespace sm::dns;

namespace {

Answer ask(FakeResolver& resolver, const char* name, Type type) {
  return look_up(resolver, {.name = *Name::parse(name), .type = type});
}

}  // namespace

TEST_CASE("fake/answers: data, denials, aliases, security of the whole chain") {
  FakeResolver resolver(R"(
$ORIGIN example.org.
$TTL 300
@        IN MX 10 mail
mail        A  192.0.2.1
alias    60 IN CNAME mail
out         CNAME host.example.net.
loop        CNAME loop
host.example.net. A 192.0.2.2
)");
  resolver.set(Security::insecure, "example.net");
  resolver.set(Security::bogus, "bogus.example.org");
  resolver.fail(Failure::timeout, "slow.example.org");

  const Answer mx = ask(resolver, "Example.ORG", Type::mx);
  CHECK(mx.outcome == Outcome::data);
  CHECK(mx.secure());
  CHECK(mx.data<Mx>().at(0).exchange.text() == "mail.example.org");
  CHECK(mx.ttl == 300);

  const Answer alias = ask(resolver, "alias.example.org", Type::a);
  CHECK(alias.canonical().text() == "mail.example.org");
  CHECK(alias.ttl == 60);
  CHECK(alias.secure());

  CHECK(ask(resolver, "out.example.org", Type::a).security == Security::insecure);
  CHECK(ask(resolver, "out.example.org", Type::cname).secure());
  CHECK(ask(resolver, "mail.example.org", Type::mx).outcome == Outcome::no_data);
  CHECK(ask(resolver, "none.example.org", Type::mx).outcome == Outcome::no_name);
  CHECK(ask(resolver, "x.bogus.example.org", Type::a).security == Security::bogus);
  CHECK(ask(resolver, "x.bogus.example.org", Type::a).outcome == Outcome::failed);
  CHECK(ask(resolver, "slow.example.org", Type::a).failure == Failure::timeout);
  CHECK(ask(resolver, "loop.example.org", Type::a).failure == Failure::malformed);
  CHECK(resolver.asked().front() == "Example.ORG MX");
}

TEST_CASE("fake/order: a callback may ask again, and run() drives all of it") {
  FakeResolver resolver("a.example. A 192.0.2.1\n");
  int answers = 0;
  resolver.ask({.name = *Name::parse("a.example"), .type = Type::a}, [&](Answer) {
    ++answers;
    resolver.ask({.name = *Name::parse("b.example"), .type = Type::a}, [&](Answer) { ++answers; });
  });
  CHECK(answers == 0);
  run(resolver);
  CHECK(answers == 2);
  CHECK(resolver.open() == 0);
}
