#include "net/http.hpp"

#include <doctest/doctest.h>

using namespace sm;
using namespace sm::net;

namespace {

Response answer(int status, std::vector<Field> fields = {}) {
  return {.status = status, .fields = std::move(fields), .body = {}, .url = *parse_url("https://h.example/a/b")};
}

}  // namespace

TEST_CASE("net/http: fields are found in any case, redirects where they lead") {
  const Response moved = answer(301, {{"X-A", "1"}, {"location", "../c"}, {"Location", "/d"}});
  CHECK(moved.field("LOCATION") == "../c");
  CHECK(moved.field("absent").empty());
  CHECK(moved.redirect()->text() == "https://h.example/c");
  CHECK(!answer(301).redirect());
  CHECK(!answer(304, {{"Location", "/d"}}).redirect());
  CHECK(!answer(200, {{"Location", "/d"}}).redirect());
  CHECK(!answer(302, {{"Location", "file:///etc/passwd"}}).redirect());
}

TEST_CASE("net/http: lines of a header section") {
  Response response = answer(200);
  for (const char* line : {"HTTP/1.1 103 Early Hints\r\n", "Link: </x>\r\n", "\r\n", "HTTP/1.1 200 OK: fine\r\n",
                           "Content-Type:text/PLAIN ; charset=utf-8\r\n", "X-Empty:\r\n", " folded: no field\r\n",
                           ": without a name\r\n", "without a colon\r\n", "X-Colon: a:b \t\n", "\r\n"}) {
    response.take_line(line);
  }
  REQUIRE(response.fields.size() == 3);
  CHECK(response.field("link").empty());
  CHECK(response.field("content-type") == "text/PLAIN ; charset=utf-8");
  CHECK(response.media_type() == "text/plain");
  CHECK(response.fields[1].name == "X-Empty");
  CHECK(response.fields[1].value.empty());
  CHECK(response.field("x-colon") == "a:b");
  CHECK(answer(200).media_type().empty());
  CHECK(answer(200, {{"Content-Type", "; charset=utf-8"}}).media_type().empty());
}

TEST_CASE("net/http: what a status means") {
  for (const int status : {408, 423, 425, 429, 500, 502, 503, 504, 507, 599}) {
    CAPTURE(status);
    CHECK(refusal(answer(status)).error.kind == ErrorKind::temporary);
  }
  for (const int status : {300, 301, 304, 400, 401, 403, 404, 405, 409, 410, 413, 451, 501, 505}) {
    CAPTURE(status);
    CHECK(refusal(answer(status)).error.kind == ErrorKind::unavailable);
  }
  CHECK(refusal(answer(401)).error.code == "net.unauthorized");
  CHECK(refusal(answer(404)).error.code == "net.absent");
  CHECK(refusal(answer(302)).error.code == "net.redirect");
  CHECK(refusal(answer(302, {{"Location", "https://other.example/"}})).error.message ==
        "https://h.example/a/b: the server answered 302, a redirect to https://other.example/, which is not followed");
  CHECK(refusal(answer(429, {{"Retry-After", "120"}})).error.message ==
        "https://h.example/a/b: the server answered 429, and says to try again in 120 seconds");
  CHECK(refusal(answer(503, {{"Retry-After", "Fri, 31 Dec 2027 23:59:59 GMT"}})).error.message ==
        "https://h.example/a/b: the server answered 503, and says to try again at Fri, 31 Dec 2027 23:59:59 GMT");
}
