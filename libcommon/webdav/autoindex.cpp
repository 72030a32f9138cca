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
    const json::Value* const name = value.find("name");
    const json::Value* const type = value.find("type");
    if (!name || !name->string() || !type || !type->string()) return refuse("an entry has no name or no type");
    Resource& resource = resources.emplace_back();
    resource.href = *name->string();
    resource.collection = *type->string() != "file";
    const json::Value* const size = value.find("size");
    if (size && size->integer() && *size->integer() >= 0) resource.size = static_cast<std::uint64_t>(*size->integer());
    const json::Value* const modified = value.find("mtime");
    if (modified && modified->string()) resource.modified = parse_http_date(*modified->string());
  }
  return resources;
}

}  // namespace sm::webdav
