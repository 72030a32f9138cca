#include "webdav/autoindex.hpp"

#include "json/value.hpp"
#include "text/time.hpp"

namespace sm::webdav {
namespace {

Unexpected refuse(std::string_view why) {
  return fail(ErrorKind::data, "webdav.listing", "the listing can't be read: " + std::string(why));
}

}  // namespace

Result<std::vector<Resource>> read_autoindex(std::string_view text) {
  const auto document = json::read(text, {.bytes = max_listing, .depth = 4});
  if (!document) return refuse(document.error().message);
  const json::Array* const array = document->array();
  if (!array) return refuse("it is no array");
  if (array->size() > max_resources) return refuse("more than " + std::to_string(max_resources) + " resources");
  std::vector<Resource> resources;
  for (const json::Value& value : *array) {
    const std::string* const name = value.text("name");
    const std::string* const type = value.text("type");
    if (!name || !type) return refuse("an entry has no name or no type");
    Resource& resource = resources.emplace_back();
    resource.href = *name;
    resource.collection = *type != "file";
    const json::Value* const size = value.find("size");
    if (size && size->integer() && *size->integer() >= 0) resource.size = static_cast<std::uint64_t>(*size->integer());
    if (const std::string* const modified = value.text("mtime")) resource.modified = parse_http_date(*modified);
  }
  return resources;
}

}  // namespace sm::webdav
