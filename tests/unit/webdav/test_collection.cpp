#include "webdav/collection.hpp"

#include <doctest/doctest.h>

#include "webdav/fake_http.hpp"

using namespace sm;
using namespace sm::webdav;
using test::answer;
using test::FakeHttp;

namespace {

const net::Url url = *net::parse_url("https://h.example/dav/keys");

// Takes the words of the body for the hrefs; "x/" is a collection.
Result<std::vector<Resource>> words(std::string_view body) {
  std::vector<Resource> resources;
  while (!body.empty()) {
    const std::size_t end = std::min(body.find(' '), body.size());
    Resource& resource = resources.emplace_back();
    resource.href = body.substr(0, end);
    resource.collection = resource.href.ends_with('/');
    body.remove_prefix(std::min(end + 1, body.size()));
  }
  return resources;
}

std::string names(const std::vector<Entry>& entries) {
  std::string text;
  for (const Entry& entry : entries) text += entry.name + ' ';
  return text;
}

std::string members_of(std::string_view hrefs) {
  return names(members(url, *words(hrefs)));
}

// What list() gives when PROPFIND and GET are answered so.
Result<std::vector<Entry>> listed(int propfind, int get, const std::string& body, FakeHttp** used = nullptr) {
  static FakeHttp client([](const FakeHttp::Asked&) { return answer(500); });
  client = FakeHttp([=](const FakeHttp::Asked& asked) {
    return asked.method == net::Method::propfind ? answer(propfind, "/dav/keys/ /dav/keys/a") : answer(get, body);
  });
  if (used) *used = &client;
  return Collection(client, url, nullptr, words).list();
}

}  // namespace

TEST_CASE("webdav/collection: members, wherever a server says that they are") {
  CHECK(members_of("/dav/keys/ /dav/keys/a /dav/keys/b%20c") == "a b c ");
  CHECK(members_of("https://h.example/dav/keys/ https://h.example/dav/keys/a") == "a ");
  CHECK(members_of("http://backend:8080/dav/keys/ http://backend:8080/dav/keys/a") == "a ");
  CHECK(members_of("/dav/keys/ /dav/%6Beys/a") == "a ");
  // Behind a proxy that takes off a prefix.
  CHECK(members_of("/ /a /b/c") == "a ");
  CHECK(members_of("/keys/ /keys/sub/ /keys/a /keys/sub/b") == "a ");
  // None of its own.
  CHECK(members_of("/dav/keys/ /dav/keys/sub/ /dav/keys/sub/x /dav/other /etc/passwd") == "");
  CHECK(members_of("/dav/keys/ /dav/keys/../a /dav/keys/%2e%2e%2fa /dav/keys/.. /dav/keys/x%00y") == "");
  CHECK(members_of("/dav/keys") == "");
  CHECK(members_of("") == "");
}

TEST_CASE("webdav/collection: a listing by PROPFIND") {
  FakeHttp* client = nullptr;
  CHECK(names(*listed(207, 500, "", &client)) == "a ");
  REQUIRE(client->asked.size() == 1);
  const FakeHttp::Asked& asked = client->asked.front();
  CHECK(asked.url == "https://h.example/dav/keys/");
  CHECK(asked.fields.front().name == "Depth");
  CHECK(asked.fields.front().value == "1");
  CHECK(asked.named);
  for (const int status : {301, 401, 404, 500, 503}) {
    CAPTURE(status);
    CHECK(!listed(status, 200, "[]", &client));
    CHECK(client->asked.size() == 1);
  }
}

TEST_CASE("webdav/collection: a listing by an index, where there is no PROPFIND") {
  const std::string index = R"([{"name":"a","type":"file","size":1},{"name":"b","type":"directory"},)"
                            R"({"name":"../x","type":"file"},{"name":"..","type":"file"},{"name":"c","type":"file"}])";
  for (const int status : {200, 400, 403, 405, 415, 501}) {
    CAPTURE(status);
    CHECK(names(*listed(status, 200, index)) == "a c ");
  }
  CHECK(listed(405, 200, "<html>log in</html>").error().code == "webdav.no-listing");
  CHECK(listed(405, 200, "<html>log in</html>").error().kind == ErrorKind::unavailable);
  CHECK(listed(405, 403, "").error().code == "webdav.no-listing");
  CHECK(listed(405, 404, "").error().code == "net.absent");
  CHECK(listed(405, 401, "").error().code == "net.unauthorized");
  CHECK(listed(405, 503, "").error().kind == ErrorKind::temporary);

  // It is asked once only.
  FakeHttp client([&](const FakeHttp::Asked& asked) {
    return asked.method == net::Method::propfind ? answer(405) : answer(200, index);
  });
  Collection collection(client, url, nullptr, words);
  REQUIRE(collection.list());
  REQUIRE(collection.list());
  CHECK(client.asked.size() == 3);
}

TEST_CASE("webdav/collection: files") {
  int status = 200;
  FakeHttp client([&](const FakeHttp::Asked&) { return answer(status, "content"); });
  const net::Credentials credentials{"alice", Secret("secret")};
  Collection collection(client, url, &credentials, words);
  CHECK((*collection.get("a b", 7))->view() == "content");
  CHECK(client.asked.back().url == "https://h.example/dav/keys/a%20b");
  CHECK(client.asked.back().credentials);
  CHECK(collection.get("a", 6).error().code == "net.too-long");
  CHECK(collection.put("a", "bytes"));
  CHECK(client.asked.back().body == "bytes");
  CHECK(*collection.remove("a"));
  for (status = 404; status <= 410; status += 6) {
    CHECK(!*collection.get("a", 7));
    CHECK(!*collection.remove("a"));
    CHECK(collection.put("a", "bytes").error().kind == ErrorKind::unavailable);
  }
  for (const int success : {201, 204}) {
    status = success;
    CHECK(collection.put("a", "bytes"));
    // A file that is not answered whole.
    CHECK(!collection.get("a", 7));
  }
  for (const int failure : {202, 206, 207, 301, 401, 403, 409, 500, 507}) {
    CAPTURE(failure);
    status = failure;
    CHECK(!collection.get("a", 7));
    CHECK(!collection.put("a", "bytes"));
    if (failure != 202) CHECK(!collection.remove("a"));
  }
  status = 401;
  CHECK(collection.put("a", "bytes").error().hint.find("password") != std::string::npos);
  status = 409;
  CHECK(collection.put("a", "bytes").error().hint.find("MKCOL") != std::string::npos);
}
