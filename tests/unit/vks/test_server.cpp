#include "vks/server.hpp"

#include <doctest/doctest.h>

#include "vks/model.hpp"
#include "webdav/fake_http.hpp"

using namespace sm;
using namespace sm::vks;
using test::FakeHttp;

namespace {

const Query query{Query::Kind::fingerprint, test::fingerprint('a')};

Server server_at(FakeHttp& client, bool named = false) {
  return {client, *net::parse_url("https://keys.example"), named, idn::to_ascii};
}

// What get() says of an answer: "found", "absent", or the code and kind of its error.
std::string got(net::Response response) {
  FakeHttp client([&](const FakeHttp::Asked&) { return response; });
  const auto answer = server_at(client).get(query);
  if (answer) return *answer ? "found" : "absent";
  return answer.error().code + (answer.error().retry() ? " later" : "");
}

net::Response with(int status, std::string_view name, std::string_view value, std::string body = {}) {
  net::Response response = test::answer(status, std::move(body));
  response.fields.push_back({std::string(name), std::string(value)});
  return response;
}

}  // namespace

TEST_CASE("vks/server: get") {
  const std::string body = test::armored(test::certificate('a', 'b'));
  FakeHttp client([&](const FakeHttp::Asked&) { return test::answer(200, body); });
  const auto answer = server_at(client).get(query);
  REQUIRE(answer);
  CHECK(*answer == body);
  REQUIRE(client.asked.size() == 1);
  CHECK(client.asked[0].method == net::Method::get);
  CHECK(client.asked[0].url == "https://keys.example/vks/v1/by-fingerprint/" + query.value);
  CHECK(!client.asked[0].named);
  CHECK(!client.asked[0].credentials);
  CHECK(client.asked[0].fields.empty());
  REQUIRE(server_at(client, true).get(query));
  CHECK(client.asked[1].named);
}

TEST_CASE("vks/server: what a status means") {
  CHECK(got(test::answer(404)) == "absent");
  CHECK(got(test::answer(429)) == "vks.rate-limit later");
  CHECK(got(test::answer(503)) == "vks.maintenance later");
  CHECK(got(test::answer(500)) == "net.refused later");
  CHECK(got(test::answer(502)) == "net.refused later");
  CHECK(got(test::answer(400)) == "net.refused");
  CHECK(got(test::answer(403)) == "net.forbidden");
  CHECK(got(test::answer(410)) == "net.absent");
  CHECK(got(test::answer(204)) == "vks.answer");
  CHECK(got(test::answer(200, std::string(max_answer + 1, 'x'))) == "net.too-long");
  for (const std::string_view to :
       {"https://other.example/", "http://keys.example/", "file:///etc/passwd", "https://localhost/"})
    CHECK(got(with(302, "Location", to, test::armored(test::certificate('a', 'b')))) == "net.redirect");
}

TEST_CASE("vks/server: when to come back is said") {
  FakeHttp client([&](const FakeHttp::Asked& asked) {
    return with(asked.method == net::Method::post ? 503 : 429, "Retry-After", "60", R"({"error":"mending"})");
  });
  Server server = server_at(client);
  CHECK(server.get(query).error().message.find("answered 429, and says to try again in 60 seconds") !=
        std::string::npos);
  const std::string said = server.upload({test::fingerprint('a'), "k"}).error().message;
  CHECK(said.ends_with("/vks/v1/upload: the server answered 503, and says to try again in 60 seconds: mending"));
}

TEST_CASE("vks/server: upload and request-verify") {
  FakeHttp client([&](const FakeHttp::Asked& asked) {
    const bool verifies = asked.url.ends_with("request-verify");
    return test::answer(200, R"({"key_fpr":")" + test::fingerprint('a') + R"(","token":"t1","status":{"a@x":")" +
                                 (verifies ? "pending" : "unpublished") + R"("}})");
  });
  Server server = server_at(client);
  const auto receipt = server.upload({test::fingerprint('a'), "k"});
  REQUIRE(receipt);
  CHECK(receipt->addresses == std::vector<AddressState>{{"a@x", AddressStatus::unpublished}});
  const auto pending = server.request_verify(*receipt, {"a@x"});
  REQUIRE(pending);
  CHECK(pending->addresses == std::vector<AddressState>{{"a@x", AddressStatus::pending}});
  REQUIRE(client.asked.size() == 2);
  CHECK(client.asked[0].url == "https://keys.example/vks/v1/upload");
  CHECK(client.asked[0].body == R"({"keytext":"k"})");
  CHECK(client.asked[1].body == R"({"token":"t1","addresses":["a@x"]})");
  for (const FakeHttp::Asked& asked : client.asked) {
    CHECK(asked.method == net::Method::post);
    REQUIRE(asked.fields.size() == 1);
    CHECK(asked.fields[0].name == "Content-Type");
    CHECK(asked.fields[0].value == "application/json");
  }
  CHECK(server.upload({test::fingerprint('b'), "k"}).error().code == "vks.other-certificate");
}
