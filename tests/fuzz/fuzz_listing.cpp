// Listings of a collection, in XML and in JSON: whatever a server says, what is taken from it is a name of one segment.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "backend/expat/multistatus.hpp"
#include "webdav/autoindex.hpp"
#include "webdav/collection.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void resources_of(const sm::Result<std::vector<sm::webdav::Resource>>& resources) {
  if (!resources) {
    require(resources.error().code == "webdav.listing" && resources.error().kind == sm::ErrorKind::data);
    return;
  }
  static const sm::net::Url url = *sm::net::parse_url("https://h.example/dav/keys/");
  require(resources->size() <= sm::webdav::max_resources);
  const auto entries = sm::webdav::members(url, *resources);
  require(entries.size() <= resources->size());
  for (const sm::webdav::Entry& entry : entries) {
    require(!entry.name.empty() && entry.name != "." && entry.name != "..");
    require(entry.name.find_first_of(std::string_view("/\0", 2)) == std::string::npos);
    require(url.child(entry.name).segments().back() == entry.name);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  resources_of(sm::expat::read_multistatus(input));
  resources_of(sm::webdav::read_autoindex(input));
  return 0;
}
