#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "socketmap/protocol.hpp"

using namespace sm::socketmap;

namespace {

// What is in every netstring of `bytes`, given in pieces of `size`; "!" where it is refused.
std::vector<std::string> read(std::string_view bytes, std::size_t size) {
  RequestReader reader;
  std::vector<std::string> requests;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    reader.push(bytes.substr(at, size));
    while (true) {
      const auto next = reader.next();
      if (!next) {
        CHECK(next.error().code == "socketmap.request");
        CHECK_FALSE(reader.next());
        requests.emplace_back("!");
        return requests;
      }
      if (!*next) break;
      requests.emplace_back(**next);
    }
    reader.shrink();
  }
  return requests;
}

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("socketmap/requests: one and several, whatever pieces they come in") {
  for (const std::size_t size : {1, 2, 3, 7, 1000}) {
    CAPTURE(size);
    CHECK(read("16:test example.org,3:a b,0:,", size) == All{"test example.org", "a b", ""});
    CHECK(read("3:a b,16:test example", size) == All{"a b"});
    CHECK(read("5:a,b,c,", size) == All{"a,b,c"});
  }
}

TEST_CASE("socketmap/requests: what is refused, at the first octet that shows it") {
  for (const std::string_view bytes : {"03:a b,", "00:,", "x", ":a,", "-1:,", "+3:a b,", " 3:a b,", "3;a b,", "3:a b;",
                                       "3:a b3:a b,", "GET / HTTP/1.1\r\n", "\n", "3 :a b,", "0x3:a b,"}) {
    CAPTURE(bytes);
    CHECK(read(bytes, 1) == All{"!"});
    CHECK(read(bytes, 100).back() == "!");
  }
  CHECK(read("3:a b,3:a b3", 1) == All{"a b", "!"});
}

TEST_CASE("socketmap/requests: the limit of a length, before anything is kept for it") {
  const std::string most(max_request, 'x');
  CHECK(read("10000:" + most + ",", 777) == All{most});
  CHECK(read("10001", 100) == All{"!"});
  CHECK(read("99999", 100) == All{"!"});
  CHECK(read("100000", 100) == All{"!"});
  CHECK(read("18446744073709551619:a b,", 100) == All{"!"});
  CHECK(read(std::string(100'000, '1'), 1000) == All{"!"});
}

TEST_CASE("socketmap/request: a map, a space, a key") {
  CHECK(parse_request("map example.org")->map == "map");
  CHECK(parse_request("map example.org")->key == "example.org");
  CHECK(parse_request("map a b")->key == "a b");
  CHECK(parse_request("map ")->key.empty());
  CHECK_FALSE(parse_request("example.org"));
  CHECK_FALSE(parse_request(""));
}

TEST_CASE("socketmap/reply: each status") {
  CHECK(reply(Status::ok, "dane-only") == "12:OK dane-only,");
  CHECK(reply(Status::not_found) == "9:NOTFOUND ,");
  CHECK(reply(Status::not_found, "ignored") == "9:NOTFOUND ,");
  CHECK(reply(Status::temporary, "no answer") == "14:TEMP no answer,");
  CHECK(reply(Status::timeout, "late") == "12:TIMEOUT late,");
  CHECK(reply(Status::permanent, "no key") == "11:PERM no key,");
}

TEST_CASE("socketmap/reply: nothing that a log or Postfix would take for something else") {
  CHECK(reply(Status::temporary, "a\r\nb\x1b[31m") == "23:TEMP a\\x0d\\x0ab\\x1b[31m,");
  CHECK(reply(Status::temporary, "caf\xc3\xa9") == "10:TEMP caf\xc3\xa9,");
  // Cut, but in no character.
  const std::string longer = reply(Status::temporary, "x" + std::string(300, '\xc3') + std::string(2000, 'y'));
  CHECK(longer.size() < max_reason + 20);
  std::string e;
  for (int i = 0; i < 400; ++i) e += "\xc3\xa9";
  CHECK(reply(Status::temporary, e).ends_with("\xc3\xa9,"));
  // A value is never cut: half of a match= would be another policy.
  CHECK(reply(Status::ok, std::string(max_reply - 3, 'x')).size() == max_reply + 8);
  CHECK(reply(Status::ok, std::string(max_reply - 2, 'x')).find("PERM") != std::string::npos);
  CHECK(reply(Status::ok, "secure\nmatch=x").find("PERM") != std::string::npos);
}
