#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "socketmap/server.hpp"

using namespace sm;
using namespace sm::socketmap;
using std::chrono::milliseconds;

namespace {

// A server on a socket without a name in the file system. What begins with "slow" is answered when the test says so.
struct Fixture {
  milliseconds now{1000};
  Descriptor listener;
  sockaddr_un address{};
  socklen_t size = sizeof(sa_family_t);
  std::map<std::string, Ticket> asked;
  std::string reply;
  std::vector<std::string> log;
  ServerLimits limits;
  std::optional<Server> server;

  explicit Fixture(const ServerLimits& with = {}) : limits(with) {
    listener = Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    address.sun_family = AF_UNIX;
    REQUIRE(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);  // the kernel chooses a name
    REQUIRE(listen(listener.get(), 4096) == 0);
    size = sizeof address;
    REQUIRE(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
    server.emplace(
        std::vector<int>{listener.get()}, limits, [this] { return now; },
        [this](std::string_view request, Ticket ticket) -> std::optional<std::string_view> {
          if (request.starts_with("slow")) {
            asked[std::string(request)] = ticket;
            return std::nullopt;
          }
          reply = "<" + std::string(request) + ">";
          return reply;
        },
        [this](std::string line) { log.push_back(std::move(line)); });
  }

  Descriptor client() {
    Descriptor result(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
    REQUIRE(connect(result.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
    return result;
  }
  void turn_some(int turns = 6) {
    std::vector<pollfd> polled;
    for (; turns != 0; --turns, polled.clear()) turn({&*server}, polled, 0);
  }
  void answer(const std::string& request, const std::string& text) { server->answer(asked.at(request), text); }
};

std::string netstring(std::string_view text) {
  return std::to_string(text.size()) + ":" + std::string(text) + ",";
}

void write(const Descriptor& client, std::string_view bytes) {
  REQUIRE(send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

// All that has come; "$" at the end where the other side has closed.
std::string read(const Descriptor& client) {
  std::string result;
  char bytes[4096];
  while (true) {
    const ssize_t got = recv(client.get(), bytes, sizeof bytes, 0);
    if (got == 0 || (got < 0 && errno == ECONNRESET)) return result + "$";
    if (got < 0) return result;
    result.append(bytes, static_cast<std::size_t>(got));
  }
}

}  // namespace

TEST_CASE("socketmap/server: one answer, several behind one another, in pieces") {
  Fixture f;
  const auto client = f.client();
  write(client, netstring("a"));
  f.turn_some();
  CHECK(read(client) == "<a>");
  write(client, netstring("b") + netstring("c") + "1:");
  f.turn_some();
  CHECK(read(client) == "<b><c>");
  write(client, "d");
  f.turn_some();
  CHECK(read(client).empty());
  write(client, ",");
  f.turn_some();
  CHECK(read(client) == "<d>");
  CHECK(f.server->counts().requests == 4);
  CHECK(f.server->counts().accepted == 1);
}

TEST_CASE("socketmap/server: the order of a connection is kept, and others are not kept waiting") {
  Fixture f;
  const auto one = f.client();
  const auto other = f.client();
  write(one, netstring("slow 1") + netstring("a") + netstring("slow 2") + netstring("b"));
  f.turn_some();
  CHECK(read(one).empty());
  write(other, netstring("c"));
  f.turn_some();
  CHECK(read(other) == "<c>");
  f.answer("slow 2", "(2)");
  f.turn_some();
  CHECK(read(one).empty());
  f.answer("slow 1", "(1)");
  f.answer("slow 1", "(once only)");
  f.turn_some();
  CHECK(read(one) == "(1)<a>(2)<b>");
}

TEST_CASE("socketmap/server: who has ended his side gets what he asked for, then the end") {
  Fixture f;
  const auto client = f.client();
  write(client, netstring("a") + netstring("slow 1"));
  shutdown(client.get(), SHUT_WR);
  f.turn_some();
  CHECK(read(client) == "<a>");
  f.answer("slow 1", "(1)");
  f.turn_some();
  CHECK(read(client) == "(1)$");
  CHECK(f.server->connections() == 0);
}

TEST_CASE("socketmap/server: who has gone is forgotten, and an answer for him harms nobody") {
  Fixture f;
  {
    const auto client = f.client();
    write(client, netstring("slow 1"));
    f.turn_some();
  }
  f.turn_some();
  CHECK(f.server->connections() == 0);
  f.answer("slow 1", "(1)");
  const auto client = f.client();
  write(client, netstring("a"));
  f.turn_some();
  CHECK(read(client) == "<a>");
}

TEST_CASE("socketmap/server: garbage ends a connection, with a line, after what was right") {
  Fixture f;
  const auto client = f.client();
  write(client, netstring("a") + netstring("slow 1") + "01:b,");
  f.turn_some();
  CHECK(read(client) == "<a>");
  f.answer("slow 1", "(1)");
  f.turn_some();
  CHECK(read(client) == "(1)$");
  REQUIRE(f.log.size() == 1);
  CHECK(f.log[0].find("leading zero") != std::string::npos);
  CHECK(f.server->counts().broken == 1);
}

TEST_CASE("socketmap/server: no more is read from one that has enough outstanding") {
  Fixture f({.unanswered = 2});
  const auto client = f.client();
  write(client, netstring("slow 1") + netstring("slow 2") + netstring("slow 3") + netstring("a"));
  f.turn_some();
  CHECK(f.asked.size() == 2);
  f.answer("slow 1", "(1)");
  f.turn_some();
  CHECK(f.asked.size() == 3);
  f.answer("slow 2", "(2)");
  f.answer("slow 3", "(3)");
  f.turn_some();
  CHECK(read(client) == "(1)(2)(3)<a>");
}

TEST_CASE("socketmap/server: one that does not read makes us hold little, and loses nothing when it does") {
  Fixture f({.output = 1000});
  const auto client = f.client();
  const int small = 1;
  setsockopt(client.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string wanted;
  std::string got;
  std::size_t sent = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = std::to_string(i) + std::string(50, 'x');
    const std::string request = netstring(text);
    const ssize_t some = send(client.get(), request.data(), request.size(), MSG_NOSIGNAL);
    if (some != static_cast<ssize_t>(request.size())) break;
    ++sent;
    wanted += "<" + text + ">";
    if (i % 100 == 0) f.turn_some(1);
  }
  f.turn_some();
  // It waits with the rest in the socket.
  CHECK(f.server->counts().requests < sent);
  for (int turn = 0; turn < 100'000 && got.size() < wanted.size(); ++turn) {
    got += read(client);
    f.turn_some(1);
  }
  CHECK(got == wanted);
}

TEST_CASE("socketmap/server: the silent are closed, also in the middle of a request; those who wait are not") {
  Fixture f({.idle = milliseconds(1000)});
  const auto silent = f.client();
  const auto half = f.client();
  const auto waits = f.client();
  const auto busy = f.client();
  write(half, "5:a");
  write(waits, netstring("slow 1"));
  f.turn_some();
  CHECK(f.server->timeout() <= 1000);
  f.now += milliseconds(600);
  write(half, "b");  // a drop now and then does not count
  write(busy, netstring("a"));
  f.turn_some();
  f.now += milliseconds(600);
  f.turn_some();
  CHECK(read(silent) == "$");
  CHECK(read(half) == "$");
  CHECK(read(busy) == "<a>");
  CHECK(f.server->counts().idle == 2);
  f.answer("slow 1", "(1)");
  f.turn_some();
  CHECK(read(waits) == "(1)");
}

TEST_CASE("socketmap/server: at the limit who was silent longest makes room; if all wait, who comes does") {
  Fixture f({.connections = 3});
  const auto first = f.client();
  const auto second = f.client();
  const auto third = f.client();
  f.turn_some();
  write(first, netstring("a"));
  f.turn_some();
  CHECK(read(first) == "<a>");
  const auto fourth = f.client();
  write(fourth, netstring("b"));
  f.turn_some();
  CHECK(read(second) == "$");
  CHECK(read(fourth) == "<b>");
  CHECK(read(third).empty());
  CHECK(f.server->counts().evicted == 1);
  write(first, netstring("slow 1"));
  write(third, netstring("slow 3"));
  write(fourth, netstring("slow 4"));
  f.turn_some();
  const auto fifth = f.client();
  write(fifth, netstring("c"));
  f.turn_some();
  CHECK(read(fifth) == "<c>");
  write(fifth, netstring("slow 5"));
  f.turn_some();
  const auto sixth = f.client();
  write(sixth, netstring("d"));
  f.turn_some();
  CHECK(read(sixth).empty());
  CHECK(f.server->connections() == 4);
  f.answer("slow 3", "(3)");
  f.now += milliseconds(200);
  f.turn_some();
  CHECK(read(third) == "(3)$");
  CHECK(read(sixth) == "<d>");
}

TEST_CASE("socketmap/server: thousands of connections, and somebody among them") {
  Fixture f({.connections = 50});
  std::vector<Descriptor> crowd;
  for (int i = 0; i < 500; ++i) {
    crowd.push_back(f.client());
    if (i % 20 == 0) f.turn_some(1);
  }
  f.turn_some(20);
  const auto client = f.client();
  write(client, netstring("a"));
  f.turn_some();
  CHECK(read(client) == "<a>");
  CHECK(f.server->connections() == 50);
}

TEST_CASE("socketmap/server: drained, it answers what was asked and nobody else") {
  Fixture f;
  const auto idle = f.client();
  const auto waits = f.client();
  const auto asks = f.client();
  const auto half = f.client();
  write(waits, netstring("slow 1") + netstring("a"));
  f.turn_some();
  write(asks, netstring("b"));
  write(half, "5:a");
  f.server->drain();
  f.turn_some();
  CHECK(read(idle) == "$");
  CHECK(read(asks) == "<b>$");
  CHECK(read(half) == "$");
  CHECK(f.server->open() == 1);
  const auto late = f.client();
  write(late, netstring("c"));
  f.turn_some();
  CHECK(read(late).empty());
  f.answer("slow 1", "(1)");
  f.turn_some();
  CHECK(read(waits) == "(1)<a>$");
  CHECK(f.server->open() == 0);
}
