#include "backend/expat/multistatus.hpp"

#include <doctest/doctest.h>

using namespace sm;
using namespace sm::webdav;

namespace {

std::vector<Resource> read(std::string_view xml) {
  const auto resources = expat::read_multistatus(xml);
  if (!resources) MESSAGE(resources.error().message);
  REQUIRE(resources);
  return *resources;
}

void refused(std::string_view xml) {
  const auto resources = expat::read_multistatus(xml);
  REQUIRE(!resources);
  CHECK(resources.error().kind == ErrorKind::data);
  CHECK(resources.error().code == "webdav.listing");
}

std::string multistatus(std::string_view inside) {
  return "<D:multistatus xmlns:D=\"DAV:\">" + std::string(inside) + "</D:multistatus>";
}

}  // namespace

TEST_CASE("backend/expat: what nginx's dav-ext module writes") {
  const auto resources = read(R"(<?xml version="1.0" encoding="utf-8" ?>
<D:multistatus xmlns:D="DAV:">
<D:response>
<D:href>/dav/</D:href>
<D:propstat>
<D:prop>
<D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified>
<D:resourcetype><D:collection/></D:resourcetype>
</D:prop>
<D:status>HTTP/1.1 200 OK</D:status>
</D:propstat>
</D:response>
<D:response>
<D:href>/dav/a%20b</D:href>
<D:propstat>
<D:prop>
<D:getcontentlength>42</D:getcontentlength>
<D:getlastmodified>Sun, 06 Nov 1994 08:49:37 GMT</D:getlastmodified>
<D:resourcetype></D:resourcetype>
</D:prop>
<D:status>HTTP/1.1 200 OK</D:status>
</D:propstat>
</D:response>
</D:multistatus>
)");
  REQUIRE(resources.size() == 2);
  CHECK(resources[0].href == "/dav/");
  CHECK(resources[0].collection);
  CHECK(!resources[0].size);
  CHECK(resources[1].href == "/dav/a%20b");
  CHECK(!resources[1].collection);
  CHECK(resources[1].size == 42);
  CHECK(resources[1].modified == 784111777);
}

TEST_CASE("backend/expat: other prefixes, unknown elements, properties that are not there") {
  const auto resources = read(R"(<multistatus xmlns="DAV:" xmlns:x="urn:x">
<x:sync><href>/no</href></x:sync>
<response><href> /d/a&amp;b </href>
  <propstat><status>HTTP/1.1 404 Not Found</status><prop><getcontentlength>7</getcontentlength></prop></propstat>
  <propstat><prop><x:getcontentlength>8</x:getcontentlength><getcontentlength><x:y>9</x:y>10</getcontentlength>
  <getlastmodified>yesterday</getlastmodified></prop><status>HTTP/1.1 200 OK</status></propstat>
  <x:extra><prop><getcontentlength>11</getcontentlength></prop></x:extra>
</response>
<response><href>/d/gone</href><status>HTTP/1.1 404 Not Found</status></response>
<response><href>/d/there</href><status>HTTP/1.1 200</status></response>
<response><propstat><prop/></propstat></response>
<responsedescription>fine</responsedescription>
</multistatus>)");
  REQUIRE(resources.size() == 2);
  CHECK(resources[0].href == "/d/a&b");
  CHECK(resources[0].size == 10);
  CHECK(!resources[0].modified);
  CHECK(resources[1].href == "/d/there");
  CHECK(read(multistatus("")).empty());
  CHECK(read("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" +
             multistatus("<D:response><D:href>/\xfc</D:href></D:response>"))[0]
            .href == "/\xc3\xbc");
}

TEST_CASE("backend/expat: what is refused") {
  refused("");
  refused("<html/>");
  refused("<multistatus/>");
  refused("<D:multistatus xmlns:D=\"urn:x\"/>");
  refused("<D:multistatus xmlns:D=\"DAV:\">");
  refused(multistatus("<D:response>"));
  refused(multistatus("") + multistatus(""));
  refused(multistatus("<D:response><D:href>&x;</D:href></D:response>"));
  refused("<!DOCTYPE x><D:multistatus xmlns:D=\"DAV:\"/>");
  refused("<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" + multistatus("&b;"));
  refused("<!DOCTYPE x SYSTEM \"file:///etc/passwd\">" + multistatus(""));
}

TEST_CASE("backend/expat: limits") {
  const std::string one = "<D:response><D:href>/a</D:href></D:response>";
  std::string many;
  for (std::size_t i = 0; i < max_resources; ++i) many += one;
  CHECK(read(multistatus(many)).size() == max_resources);
  refused(multistatus(many + one));

  std::string deep;
  for (std::size_t i = 1; i < max_element_depth; ++i) deep = "<x>" + deep + "</x>";
  CHECK(read(multistatus(deep)).empty());
  refused(multistatus("<x>" + deep + "</x>"));

  const auto href = [](std::size_t size) {
    return multistatus("<D:response><D:href>" + std::string(size, 'a') + "</D:href></D:response>");
  };
  CHECK(read(href(max_element_text)).front().href.size() == max_element_text);
  refused(href(max_element_text + 1));
  refused(std::string(max_listing + 1, ' '));
}
