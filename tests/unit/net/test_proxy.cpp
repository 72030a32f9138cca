#include "net/proxy.hpp"

#include <doctest/doctest.h>

using namespace sm;
using namespace sm::net;

namespace {

std::string normal(std::string_view text) {
  const auto proxy = parse_proxy(text);
  return proxy ? proxy->text() : proxy.error().code;
}

}  // namespace

TEST_CASE("net/proxy: forms") {
  CHECK(normal("http://proxy.example:3128") == "http://proxy.example:3128");
  CHECK(normal("HTTPS://Proxy.example:443/") == "https://proxy.example:443");
  CHECK(normal("socks5h://localhost:9050") == "socks5h://localhost:9050");
  CHECK(normal("socks5://127.0.0.1:9050") == "socks5h://127.0.0.1:9050");
  CHECK(normal("socks5h://[::1]:9050") == "socks5h://[::1]:9050");
  CHECK(normal("socks5h://[::1]") == "socks5h://[::1]:1080");
  CHECK(normal("proxy.example") == "http://proxy.example:1080");
  CHECK(normal("proxy.example:80") == "http://proxy.example:80");
  for (const char* text :
       {"", "socks4://h:1", "ftp://h:1", "http://h:1/x", "http://h:1?x", "http://h:x", "http://", "a b"}) {
    CAPTURE(text);
    CHECK(normal(text) == "net.bad-proxy");
  }
  const auto secret = parse_proxy("http://alice:hunter2@h:1");
  REQUIRE(!secret);
  CHECK(secret.error().kind == ErrorKind::usage);
  CHECK(secret.error().message.find("hunter2") == std::string::npos);
}

TEST_CASE("net/proxy: exceptions") {
  const Proxy proxy = *environment_proxy("http://p:1", "localhost, .Example.org,10.0.0.0/8,2001:db8::1,x.test");
  for (const char* host :
       {"localhost", "example.org", "a.example.org", "10.2.3.4", "2001:db8::1", "x.test", "y.x.test"}) {
    CAPTURE(host);
    CHECK(!proxy.serves(host));
  }
  for (const char* host : {"notexample.org", "example.org.uk", "11.0.0.1", "2001:db8::2", "test", "ax.test"}) {
    CAPTURE(host);
    CHECK(proxy.serves(host));
  }
  CHECK(environment_proxy("http://p:1", "")->serves("localhost"));
  CHECK(!environment_proxy("http://p:1", "*")->serves("a.example"));
  CHECK(parse_proxy("http://p:1")->serves("localhost"));
  CHECK(environment_proxy("socks4://p:1", "").error().kind == ErrorKind::config);
}
