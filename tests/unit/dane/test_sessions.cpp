#include <doctest/doctest.h>

#include "fakes.hpp"

using namespace sm;
using namespace sm::dane;

namespace {

net::ProbeTarget at(const std::string& address, const std::string& name, net::KeyType key = net::KeyType::any) {
  return {.address = *net::parse_address(address), .server_name = name, .key = key};
}

}  // namespace

TEST_CASE("sessions/once: one connection for each address, name and key, whoever asks") {
  FakeProbe probe;
  Sessions sessions(probe);
  int answers = 0;
  const auto ask = [&](const net::ProbeTarget& target) {
    sessions.ask(target, [&](const Sessions::Seen& seen) {
      CHECK(seen->outcome == net::ProbeOutcome::connect_refused);
      ++answers;
    });
  };
  ask(at("192.0.2.1", "a"));
  ask(at("192.0.2.1", "a"));
  CHECK(probe.asked().size() == 1);
  CHECK(answers == 0);
  probe.process({});
  CHECK(answers == 2);
  ask(at("192.0.2.1", "a"));
  CHECK(answers == 3);
  CHECK(probe.asked().size() == 1);
  ask(at("192.0.2.1", "b"));
  ask(at("192.0.2.1", "a", net::KeyType::rsa));
  ask(at("192.0.2.2", "a"));
  while (probe.open() != 0) probe.process({});
  CHECK(probe.asked().size() == 4);
  CHECK(answers == 6);
}

TEST_CASE("sessions/limits: two at a time to an address, so many in all, and all get their turn") {
  FakeProbe probe;
  Sessions sessions(probe);
  int answers = 0;
  for (int i = 0; i < 10; ++i)
    sessions.ask(at("192.0.2.1", std::to_string(i)), [&](const Sessions::Seen&) { ++answers; });
  CHECK(probe.open() == 2);
  while (probe.open() != 0) probe.process({});
  CHECK(answers == 10);
  CHECK(probe.most_open() == 2);

  for (int i = 0; i < 1000; ++i)
    sessions.ask(at("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), "x"),
                 [&](const Sessions::Seen&) { ++answers; });
  CHECK(probe.open() == max_connections);
  while (probe.open() != 0) probe.process({});
  CHECK(answers == 1010);
  CHECK(probe.most_open() == max_connections);
}
