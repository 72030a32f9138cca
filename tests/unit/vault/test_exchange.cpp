#include "vault/exchange.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "vault/model.hpp"

using namespace sm;
using namespace sm::vault;
using test::Changes;
using test::Device;
using test::Fate;
using test::Server;

namespace {

void require_all(const Changes& all, const Changes& wanted) {
  for (const std::string& change : wanted) {
    CAPTURE(change);
    REQUIRE(all.contains(change));
  }
}

// After each has pulled, and the first once more, all agree, on what `wanted` says and no less, and one version is
// left.
void settle(Server& server, std::vector<Device*> devices, const Changes& wanted) {
  server.fate = [](int) { return Fate::fine; };
  devices.push_back(devices.front());
  for (Device* device : devices) {
    REQUIRE(server.push(*device));
    REQUIRE(server.pull(*device));
  }
  for (Device* device : devices) REQUIRE(server.pull(*device));
  for (Device* device : devices) CHECK(device->changes == devices.front()->changes);
  require_all(devices.front()->changes, wanted);
  CHECK(server.files.size() == 1);
  CHECK(server.kept() == devices.front()->changes);
}

}  // namespace

TEST_CASE("vault/exchange: push adds what is not there") {
  Server server;
  Device a({"a"});
  CHECK(*server.push(a));
  CHECK(server.kept() == Changes{"a"});
  CHECK(!*server.push(a));
  a.changes.insert("b");
  CHECK(*server.push(a));
  CHECK(server.files.size() == 2);
  Device none = Device::empty();
  CHECK(server.push(none).error().code == "vault.no-key");
}

TEST_CASE("vault/exchange: pull merges all, and removes what it merged") {
  Server server;
  server.lay({"a"});
  server.lay({"b", "c"});
  server.files["readme.txt"] = "foreign";
  Device device({"d"});
  const Pulled pulled = *server.pull(device);
  CHECK(pulled.here == Pulled::Here::updated);
  CHECK(pulled.merged == 2);
  CHECK(pulled.removed == 2);
  CHECK(pulled.added);
  CHECK(pulled.refused.empty());
  CHECK(device.changes == Changes{"a", "b", "c", "d"});
  CHECK(server.kept() == device.changes);
  CHECK(server.files.size() == 2);
  CHECK(server.files.contains("readme.txt"));
  CHECK(device.bound == 2);

  server.requests = 0;
  const Pulled again = *server.pull(device);
  CHECK(again.here == Pulled::Here::unchanged);
  CHECK(!again.added);
  CHECK(again.removed == 0);
  CHECK(server.requests == 2);  // it looked, and fetched

  Device stranger = Device::empty();
  CHECK(server.pull(stranger)->here == Pulled::Here::created);
  CHECK(stranger.bound == 0);
  Device fresh = Device::empty();
  CHECK(server.pull(fresh, true)->here == Pulled::Here::created);
  CHECK(fresh.changes == device.changes);
  CHECK(fresh.bound == 1);

  // One version that holds the others stays itself.
  server.lay({"a"});
  CHECK(server.pull(device)->removed == 1);
  CHECK(server.kept() == device.changes);
  Server nothing;
  CHECK(nothing.pull(device)->here == Pulled::Here::unchanged);
  Device still_nothing = Device::empty();
  CHECK(nothing.pull(still_nothing)->here == Pulled::Here::none);
  CHECK(nothing.files.empty());
}

TEST_CASE("vault/exchange: another passphrase is a conflict that changes nothing") {
  Server server;
  server.lay({"a"});
  server.lay({"b"}, 1);
  Device device({"c"});
  const Pulled pulled = *server.pull(device);
  REQUIRE(pulled.refused.size() == 1);
  CHECK(pulled.refused.front().error.code == "store.secret-conflict");
  CHECK(pulled.refused.front().version.name() == server.name_of({"b"}, 1));
  CHECK(device.changes == Changes{"a", "c"});
  CHECK(server.files.contains(server.name_of({"b"}, 1)));
  CHECK(server.files.contains(server.name_of({"a", "c"})));
  CHECK(server.files.size() == 2);
}

TEST_CASE("vault/exchange: what is damaged is neither taken nor removed, and mended by who has it") {
  Server server;
  server.lay({"a"});
  server.lay({"b"});
  const std::string torn = server.name_of({"b"});
  server.files[torn].pop_back();
  Device device({"c"});
  const Pulled pulled = *server.pull(device);
  REQUIRE(pulled.refused.size() == 1);
  CHECK(pulled.refused.front().error.code == "vault.damaged");
  CHECK(device.changes == Changes{"a", "c"});
  CHECK(server.files.contains(torn));

  Device owner({"b"});
  CHECK(*server.push(owner));
  CHECK(server.files[torn] == test::bytes_of({"b"}));
}

TEST_CASE("vault/exchange: a server that does not keep what it is given") {
  Server server;
  server.lay({"a"});
  Device device({"b"});
  server.fate = [&](int request) {
    // Before it is read back, or after.
    if (request == 3) server.files[server.name_of({"a", "b"})] = "<html>log in</html>";
    return Fate::fine;
  };
  const auto pulled = server.pull(device);
  REQUIRE(!pulled);
  CHECK(pulled.error().code == "vault.not-kept");
  CHECK(server.files.contains(server.name_of({"a"})));
}

TEST_CASE("vault/exchange: a file that is listed and never there is given up") {
  Server server;
  Device device({"a"});
  server.fate = [&](int request) {
    // Even requests are listings, odd ones fetch what was gone by then.
    if (request % 2 == 0)
      server.lay({"b" + std::to_string(request)});
    else
      server.files.clear();
    return Fate::fine;
  };
  CHECK(server.pull(device).error().code == "vault.busy");
  CHECK(server.requests < 50);
}

// Between any two requests of one device another does all of its own.
TEST_CASE("vault/exchange: devices that change and exchange at once lose nothing") {
  for (const bool first_pushes : {false, true}) {
    for (const bool second_pushes : {false, true}) {
      for (const int versions : {0, 1, 2, 3}) {
        for (int at = 0; at < 12; ++at) {
          Server server;
          Changes wanted{"a", "b", "c"};
          for (int i = 0; i < versions; ++i) {
            server.lay({"s" + std::to_string(i)});
            wanted.insert("s" + std::to_string(i));
          }
          if (versions == 3) server.lay({"a"});  // one that a device holds already
          Device a({"a"});
          Device b({"b"});
          Device c({"c", "s0"});
          bool inside = false;
          server.fate = [&](int request) {
            if (inside || request < at) return Fate::fine;
            inside = true;
            if (second_pushes) CHECK(server.push(b));
            CHECK(server.pull(b));
            CHECK(server.pull(c));
            return Fate::fine;
          };
          CAPTURE(versions);
          CAPTURE(at);
          if (first_pushes) CHECK(server.push(a));
          CHECK(server.pull(a));
          const Changes of_server = server.kept();
          for (int i = 0; i < versions; ++i) CHECK(of_server.contains("s" + std::to_string(i)));
          settle(server, {&a, &b, &c}, wanted);
        }
      }
    }
  }
}

// The connection breaks at any request: before it was sent, after it was done, in the middle of a PUT.
TEST_CASE("vault/exchange: whatever breaks off, what lay on the server lies there still") {
  for (const Fate what : {Fate::unsent, Fate::unanswered, Fate::torn}) {
    for (const bool pushes : {false, true}) {
      for (int at = 0; at < 14; ++at) {
        Server server;
        server.lay({"s0", "a"});
        server.lay({"s1"});
        Device a({"a", "x"});
        Device b({"b"});
        server.fate = [&](int request) { return request == at ? what : Fate::fine; };
        CAPTURE(at);
        const Changes before = server.kept();
        if (pushes) {
          const auto pushed = server.push(a);
          if (!pushed) CHECK(pushed.error().kind == ErrorKind::temporary);
        }
        const auto pulled = server.pull(a);
        if (!pulled) CHECK(pulled.error().kind == ErrorKind::temporary);
        require_all(server.kept(), before);
        server.fate = [](int) { return Fate::fine; };
        // Torn files stay until their owner mends them.
        for (Device* device : {&a, &b, &a}) {
          REQUIRE(server.push(*device));
          REQUIRE(server.pull(*device));
        }
        require_all(server.kept(), {"s0", "s1", "a", "x", "b"});
      }
    }
  }
}
