#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "service/endpoint.hpp"
#include "service/signals.hpp"
#include "service/systemd.hpp"

using namespace sm;
using namespace sm::service;

namespace {

struct Folder {
  std::string path;
  Folder() {
    char name[] = "/tmp/sm-service.XXXXXX";
    path = mkdtemp(name);
  }
  ~Folder() {
    unlink(socket().c_str());
    rmdir(path.c_str());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string socket() const { return path + "/socket"; }
};

bool connects(const std::string& path) {
  const Descriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
}

std::string code(std::string_view text) {
  const auto endpoint = parse_endpoint(text);
  return endpoint ? "" : endpoint.error().code;
}

}  // namespace

TEST_CASE("service/endpoint: a path, or a port on loopback, and nothing else") {
  CHECK(parse_endpoint("unix:/run/x")->path == "/run/x");
  CHECK(parse_endpoint("unix:x")->path == "x");
  CHECK(parse_endpoint("inet:127.0.0.1:8461")->port == 8461);
  CHECK(net::text_of(parse_endpoint("inet:127.0.0.9:1")->address) == "127.0.0.9");
  CHECK(net::text_of(parse_endpoint("inet:[::1]:65535")->address) == "::1");
  for (const char* text : {"", "unix:", "/run/x", "inet:", "inet:8461", "inet:127.0.0.1", "inet:127.0.0.1:",
                           "inet:127.0.0.1:0", "inet:127.0.0.1:65536", "inet:127.0.0.1:1x", "inet:::1:8461",
                           "inet:[127.0.0.1]:1", "inet:localhost:8461", "inet:0.0.0.0:8461", "inet:192.0.2.1:8461",
                           "inet:[::]:8461", "inet:[2001:db8::1]:8461", "inet:[::ffff:127.0.0.1]:1", "tcp:127.0.0.1:1"})
    CHECK_MESSAGE(code(text) == "service.endpoint", text);
  CHECK(code("unix:/" + std::string(107, 'x')) == "service.endpoint");
}

TEST_CASE("service/listener: a unix socket has its mode, and goes away with the server") {
  const Folder folder;
  const Endpoint endpoint{.path = folder.socket(), .address = {}};
  {
    const auto listener = Listener::open(endpoint, getgid());
    REQUIRE(listener);
    struct stat made {};
    REQUIRE(stat(folder.socket().c_str(), &made) == 0);
    CHECK((made.st_mode & 07777) == 0660);
    CHECK(made.st_gid == getgid());
    CHECK(listener->has_group());
    CHECK(connects(folder.socket()));
    const auto second = Listener::open(endpoint, {});
    REQUIRE_FALSE(second);
    CHECK(second.error().code == "service.in-use");
    CHECK(connects(folder.socket()));
  }
  CHECK(access(folder.socket().c_str(), F_OK) != 0);
}

TEST_CASE("service/listener: what a dead server left goes away; what is no socket stays") {
  const Folder folder;
  const Endpoint endpoint{.path = folder.socket(), .address = {}};
  {
    const Descriptor dead(socket(AF_UNIX, SOCK_STREAM, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, endpoint.path.data(), endpoint.path.size());
    REQUIRE(bind(dead.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  CHECK_FALSE(connects(folder.socket()));
  {
    const auto listener = Listener::open(endpoint, {});
    REQUIRE(listener);
    CHECK(connects(folder.socket()));
    // Another takes the name: it is his then.
    unlink(folder.socket().c_str());
    close(open(folder.socket().c_str(), O_CREAT | O_WRONLY, 0600));
  }
  CHECK(access(folder.socket().c_str(), F_OK) == 0);
  const auto refused = Listener::open(endpoint, {});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "service.not-a-socket");
  CHECK(access(folder.socket().c_str(), F_OK) == 0);
}

TEST_CASE("service/listener: of what is passed, only sockets that listen where they may") {
  const auto passed = [](int family, bool listens, in_addr_t at) {
    Descriptor one(socket(family, SOCK_STREAM, 0));
    if (family == AF_INET) {
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(at);
      REQUIRE(bind(one.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    } else {
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      REQUIRE(bind(one.get(), reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)) == 0);
    }
    if (listens) REQUIRE(listen(one.get(), 1) == 0);
    return Listener::adopt(std::move(one));
  };
  CHECK(passed(AF_UNIX, true, 0));
  CHECK(passed(AF_INET, true, INADDR_LOOPBACK));
  CHECK_FALSE(passed(AF_UNIX, false, 0));
  CHECK_FALSE(passed(AF_INET, true, INADDR_ANY));
  CHECK_FALSE(Listener::adopt(Descriptor(open("/dev/null", O_RDONLY))));
  const auto unix_socket = passed(AF_UNIX, true, 0);
  CHECK((fcntl(unix_socket->get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((fcntl(unix_socket->get(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("service/systemd: descriptors are ours only if they are meant for us") {
  CHECK(*passed_descriptors(42, "42", "1") == 1);
  CHECK(*passed_descriptors(42, "42", "2") == 2);
  CHECK(*passed_descriptors(42, "43", "1") == 0);
  CHECK(*passed_descriptors(42, {}, "1") == 0);
  CHECK(*passed_descriptors(42, "42", {}) == 0);
  for (const auto& [pid, count] : {std::pair("x", "1"), std::pair("42", "x"), std::pair("42", "-1"),
                                   std::pair("42", "1000"), std::pair("42", " 1"), std::pair("42 ", "1")})
    CHECK_FALSE(passed_descriptors(42, pid, count));
}

TEST_CASE("service/systemd: what is said arrives, and nobody to hear it does not matter") {
  const Folder folder;
  const Descriptor hears(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder.socket();
  std::memcpy(address.sun_path, path.data(), path.size());
  REQUIRE(bind(hears.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  Notifier(path).say("READY=1");
  char heard[100];
  REQUIRE(recv(hears.get(), heard, sizeof heard, 0) == 7);
  CHECK(std::string_view(heard, 7) == "READY=1");
  Notifier({}).say("READY=1");
  Notifier("/nowhere/at/all").say("READY=1");
  Notifier("@nobody-listens").say("READY=1");
  CHECK(recv(hears.get(), heard, sizeof heard, 0) < 0);
}

TEST_CASE("service/signals: they are held back, and told apart") {
  {
    auto signals = Signals::open();
    REQUIRE(signals);
    CHECK_FALSE(signals->take());
    kill(getpid(), SIGHUP);
    CHECK(signals->take() == Signal::reload);
    kill(getpid(), SIGTERM);
    CHECK(signals->take() == Signal::stop);
    kill(getpid(), SIGINT);
    CHECK(signals->take() == Signal::stop);
    CHECK_FALSE(signals->take());
  }
  sigset_t held;
  pthread_sigmask(SIG_BLOCK, nullptr, &held);
  CHECK(sigismember(&held, SIGTERM) == 0);
}
