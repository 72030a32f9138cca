#include "net/url.hpp"

#include <doctest/doctest.h>

using namespace sm;
using namespace sm::net;

namespace {

std::string normal(std::string_view text) {
  const auto url = parse_url(text);
  return url ? url->text() : url.error().code;
}

std::string resolved(std::string_view reference) {
  // The base of RFC 3986 §5.4, as https.
  const auto url = resolve_reference(*parse_url("https://a/b/c/d;p?q"), reference);
  if (!url) {
    CHECK(url.error().kind == ErrorKind::data);
    return url.error().code;
  }
  return url->text();
}

Result<std::string> fake_idn(std::string_view name) {
  CHECK(name ==
        "b\xc3\xbc"
        "cher.example");
  return std::string("xn--bcher-kva.example");
}

}  // namespace

TEST_CASE("net/url: parts, and how they are written again") {
  const Url url = *parse_url("HTTPS://al%40ice@Dav.Example.:8443/a%20b/./c/../d?x=1#frag");
  CHECK(url.scheme == "https");
  CHECK(url.user == "al@ice");
  CHECK(url.host == "dav.example");
  CHECK(url.port == 8443);
  CHECK(url.path == "/a%20b/d");
  CHECK(url.query == "x=1");
  CHECK(url.text() == "https://dav.example:8443/a%20b/d?x=1");
  CHECK(url.origin() == "https://dav.example:8443");

  CHECK(normal("https://h") == "https://h/");
  CHECK(normal("https://h:443/") == "https://h/");
  CHECK(normal("http://h:80/") == "http://h/");
  CHECK(normal("http://h:443/") == "http://h:443/");
  CHECK(normal("https://h:/x") == "https://h/x");
  CHECK(normal("https://h?x") == "https://h/?x");
  CHECK(normal("https://[2001:DB8::1]:8443/x") == "https://[2001:db8::1]:8443/x");
  CHECK(normal("https://[::1]") == "https://[::1]/");
  CHECK(normal("https://192.0.2.1/x") == "https://192.0.2.1/x");
  CHECK(normal("https://h/\xc3\xbc<x>") == "https://h/%C3%BC%3Cx%3E");
  CHECK(normal("https://h/a//b/") == "https://h/a//b/");
  CHECK(normal("https://h/..//../x") == "https://h/x");
  CHECK(normal("https://h/x/..") == "https://h/");
}

TEST_CASE("net/url: what is refused") {
  for (const char* text : {"",
                           "h",
                           "h/x",
                           "ftp://h/",
                           "file:///etc/passwd",
                           "https:/h",
                           "https:///x",
                           "https://",
                           "https://:8443/",
                           "https://h:0/",
                           "https://h:65536/",
                           "https://h:x/",
                           "https://h:+1/",
                           "https://h: 1/",
                           "https://h/ x",
                           "https://h/x\n",
                           "https://h\t/",
                           "https://h/%",
                           "https://h/%2",
                           "https://h/%zz",
                           "https://h/?%",
                           "https://a..b/",
                           "https://a../",
                           "https://.a/",
                           "https://a_b!/",
                           "https://[::1/",
                           "https://::1/",
                           "https://[127.0.0.1]/",
                           "https://[fe80::1%25e]/",
                           "https://127.1/",
                           "https://0x7f.1/",
                           "https://1.2.3.4.5/",
                           "https://%31/",
                           "https://b\xc3\xbc.example/"}) {
    CAPTURE(text);
    CHECK(normal(text) == "net.bad-url");
  }
  CHECK(normal("https://h/" + std::string(9000, 'x')) == "net.bad-url");
  CHECK(normal("https://" + std::string(254, 'x') + "/") == "net.bad-url");

  const auto password = parse_url("https://alice:hunter2@h/");
  REQUIRE(!password);
  CHECK(password.error().kind == ErrorKind::usage);
  CHECK((password.error().message + password.error().hint).find("hunter2") == std::string::npos);
}

TEST_CASE("net/url: international hosts") {
  CHECK(parse_url("https://B\xc3\xbc"
                  "cher.example/",
                  fake_idn)
            ->host == "xn--bcher-kva.example");
  CHECK(parse_url("https://b\xc3\xbc"
                  "cher.example/",
                  fake_idn)
            ->host == "xn--bcher-kva.example");
}

TEST_CASE("net/url: references, as RFC 3986 §5.4 has them") {
  CHECK(resolved("g") == "https://a/b/c/g");
  CHECK(resolved("./g") == "https://a/b/c/g");
  CHECK(resolved("g/") == "https://a/b/c/g/");
  CHECK(resolved("/g") == "https://a/g");
  CHECK(resolved("//g") == "https://g/");
  CHECK(resolved("?y") == "https://a/b/c/d;p?y");
  CHECK(resolved("g?y") == "https://a/b/c/g?y");
  CHECK(resolved("#s") == "https://a/b/c/d;p?q");
  CHECK(resolved("g#s") == "https://a/b/c/g");
  CHECK(resolved(";x") == "https://a/b/c/;x");
  CHECK(resolved("") == "https://a/b/c/d;p?q");
  CHECK(resolved(".") == "https://a/b/c/");
  CHECK(resolved("..") == "https://a/b/");
  CHECK(resolved("../g") == "https://a/b/g");
  CHECK(resolved("../..") == "https://a/");
  CHECK(resolved("../../../g") == "https://a/g");
  CHECK(resolved("/./g") == "https://a/g");
  CHECK(resolved("g.") == "https://a/b/c/g.");
  CHECK(resolved("..g") == "https://a/b/c/..g");
  CHECK(resolved("g?y/../x") == "https://a/b/c/g?y/../x");
  CHECK(resolved("http://u@g/x") == "http://g/x");
  CHECK(resolved("javascript:alert(1)") == "net.bad-url");
  CHECK(resolved("g:h") == "net.bad-url");
  CHECK(resolved("a b") == "net.bad-url");
}

TEST_CASE("net/url: segments and children") {
  const Url url = *parse_url("https://h/a%2Fb//c%20d/");
  CHECK(url.segments() == std::vector<std::string>{"a/b", "c d"});
  CHECK(parse_url("https://h/")->segments().empty());
  CHECK(url.child("x y/%\xc3\xbc").path == "/a%2Fb//c%20d/x%20y%2F%25%C3%BC");
  CHECK(parse_url("https://h/a")->child("b").path == "/a/b");
  CHECK(encode_segment("aZ09-._~ /?#%") == "aZ09-._~%20%2F%3F%23%25");
  CHECK(decode_percent("a%20%2f") == "a /");
  CHECK(!decode_percent("%2"));
  CHECK(!decode_percent("%zz"));
}
