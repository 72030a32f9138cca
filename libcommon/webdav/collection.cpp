#include "webdav/collection.hpp"

#include <algorithm>

#include "io/memory.hpp"
#include "webdav/autoindex.hpp"

namespace sm::webdav {
namespace {

constexpr std::string_view propfind_body =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
    "<propfind xmlns=\"DAV:\"><prop><resourcetype/><getcontentlength/><getlastmodified/></prop></propfind>";

// What servers answer that know nothing of a PROPFIND here, or forbid it.
bool lacks_propfind(const net::Response& response) {
  switch (response.status) {
    case 200:
    case 400:
    case 403:
    case 405:
    case 415:
    case 501:
      return true;
    default:
      return false;
  }
}

std::vector<std::string> parent_of(std::vector<std::string> segments) {
  if (!segments.empty()) segments.pop_back();
  return segments;
}

bool is_name(std::string_view text) {
  return !text.empty() && text != "." && text != ".." &&
         text.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
}

}  // namespace

std::vector<Entry> members(const net::Url& url, const std::vector<Resource>& resources) {
  struct Placed {
    const Resource* resource;
    std::vector<std::string> segments;
  };
  std::vector<Placed> placed;
  for (const Resource& resource : resources) {
    const auto place = net::resolve_reference(url, resource.href);
    if (place) placed.push_back({&resource, place->segments()});
  }
  const std::vector<std::string> asked = url.segments();
  // With Depth: 1 the collection itself is among them, and all others are in it.
  std::optional<std::vector<std::string>> itself;
  for (const Placed& one : placed)
    if (one.resource->collection && (!itself || one.segments.size() < itself->size())) itself = one.segments;
  std::vector<Entry> entries;
  for (const Placed& one : placed) {
    if (one.resource->collection || one.segments.empty() || !is_name(one.segments.back())) continue;
    const std::vector<std::string> parent = parent_of(one.segments);
    if (parent != asked && parent != itself) continue;
    entries.push_back({one.segments.back(), one.resource->size, one.resource->modified});
  }
  return entries;
}

Collection::Collection(net::HttpClient& client, net::Url url, const net::Credentials* credentials, ReadMultistatus read)
    : client_(client), url_(std::move(url)), credentials_(credentials), read_(std::move(read)) {
  if (!url_.path.ends_with('/')) url_.path += '/';
}

Result<net::Response> Collection::exchange(net::Request request) {
  request.credentials = credentials_;
  request.named = true;
  request.timeout = std::chrono::minutes(5);
  return net::fetch(client_, std::move(request));
}

Unexpected Collection::refused(const net::Response& response) const {
  Unexpected failure = net::refusal(response);
  const std::string& code = failure.error.code;
  if (code == "net.unauthorized") {
    failure.error.hint = credentials_ ? "the user or the password is not the server's"
                                      : "a user and a password come from ~/.netrc or --credentials FILE";
  } else if (code == "net.absent" || response.status == 409) {
    failure.error.hint = "make the collection on the server first, as with curl -X MKCOL";
  } else if (code == "net.redirect") {
    failure.error.hint = "name the place that it leads to, if you trust it";
  }
  return failure;
}

Result<std::vector<Entry>> Collection::list() {
  if (no_propfind_ == 0) {
    const net::Response response = SM_TRY(exchange({.method = net::Method::propfind,
                                                    .url = url_,
                                                    .fields = {{"Depth", "1"}, {"Content-Type", "application/xml"}},
                                                    .body = propfind_body,
                                                    .max_body = max_listing}));
    if (response.status == 207) return members(url_, SM_TRY(read_(response.body)));
    if (!lacks_propfind(response)) return refused(response);
    no_propfind_ = response.status;
  }
  return list_index();
}

Result<std::vector<Entry>> Collection::list_index() {
  const net::Response response = SM_TRY(exchange({.url = url_, .max_body = max_listing}));
  const bool none = response.status == 403 || response.status == 405 || response.status == 501;
  if (!response.succeeded() && !none) return refused(response);
  auto resources = read_autoindex(response.succeeded() ? std::string_view(response.body) : "no index");
  if (!resources) {
    return fail(
        ErrorKind::unavailable, "webdav.no-listing",
        url_.text() + ": the server tells of no files there: PROPFIND was answered by " + std::to_string(no_propfind_) +
            ", and GET by " + (response.succeeded() ? "something that is no index" : std::to_string(response.status)),
        "it needs WebDAV with PROPFIND (nginx: dav_ext_methods), or an index in JSON (nginx: autoindex_format)");
  }
  std::vector<Entry> entries;
  for (Resource& resource : *resources) {
    if (resource.collection || !is_name(resource.href)) continue;
    entries.push_back({std::move(resource.href), resource.size, resource.modified});
  }
  return entries;
}

Result<std::optional<Secret>> Collection::get(std::string_view name, std::size_t limit) {
  SecretSink sink(limit);
  const net::Response response = SM_TRY(exchange({.url = url_.child(name), .to = &sink, .max_body = limit}));
  if (response.status == 404 || response.status == 410) return std::optional<Secret>();
  if (response.status != 200) return refused(response);
  return std::optional(sink.take());
}

Result<void> Collection::put(std::string_view name, std::string_view bytes) {
  const net::Response response = SM_TRY(exchange({.method = net::Method::put,
                                                  .url = url_.child(name),
                                                  .fields = {{"Content-Type", "application/octet-stream"}},
                                                  .body = bytes}));
  if (response.status != 200 && response.status != 201 && response.status != 204) return refused(response);
  return {};
}

Result<bool> Collection::remove(std::string_view name) {
  const net::Response response = SM_TRY(exchange({.method = net::Method::remove, .url = url_.child(name)}));
  if (response.status == 404 || response.status == 410) return false;
  if (response.status != 200 && response.status != 202 && response.status != 204) return refused(response);
  return true;
}

}  // namespace sm::webdav
