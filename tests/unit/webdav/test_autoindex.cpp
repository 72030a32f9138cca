#include "webdav/autoindex.hpp"

#include <doctest/doctest.h>

using namespace sm;
using namespace sm::webdav;

TEST_CASE("webdav/autoindex: what nginx writes") {
  const auto resources = *read_autoindex(R"([
{ "name":"sub", "type":"directory", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT" },
{ "name":"a b", "type":"file", "mtime":"Sun, 06 Nov 1994 08:49:37 GMT", "size":42 },
{ "name":"link", "type":"other", "mtime":"never", "size":-1 }
])");
  REQUIRE(resources.size() == 3);
  CHECK(resources[0].collection);
  CHECK(resources[1].href == "a b");
  CHECK(resources[1].size == 42);
  CHECK(resources[1].modified == 784111777);
  CHECK(!resources[1].collection);
  CHECK(resources[2].collection);
  CHECK(!resources[2].size);
  CHECK(!resources[2].modified);
  CHECK(read_autoindex("[]")->empty());
}

TEST_CASE("webdav/autoindex: what is none") {
  for (const char* text : {"", "{}", "null", "[1]", "[{}]", R"([{"name":"a"}])", R"([{"name":1,"type":"file"}])",
                           R"([{"name":"a","type":"file"})", "<html></html>", "[[[[[[]]]]]]"}) {
    CAPTURE(text);
    CHECK(read_autoindex(text).error().code == "webdav.listing");
  }
  std::string many = "[";
  for (std::size_t i = 0; i <= max_resources; ++i)
    many += std::string(i == 0 ? "" : ",") + R"({"name":"a","type":"file"})";
  CHECK(read_autoindex(many + "]").error().code == "webdav.listing");
}
