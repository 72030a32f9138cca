// A collection on a server: files side by side under one URL, over WebDAV (RFC 4918) or over plain GET, PUT and DELETE
// (RFC 9110) with an index. Nothing here relies on locks or on conditional requests.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "net/http.hpp"
#include "webdav/multistatus.hpp"

namespace sm::webdav {

struct Entry {
  std::string name;  // not encoded; of one segment, never "." or ".."
  std::optional<std::uint64_t> size;
  std::optional<std::int64_t> modified;
  bool operator==(const Entry&) const = default;
};

// The files directly in the collection at `url`, of the resources that a PROPFIND of it names. What a proxy rewrote is
// read all the same: their parent is `url`, or the uppermost collection of the answer.
std::vector<Entry> members(const net::Url& url, const std::vector<Resource>& resources);

class Collection {
 public:
  // How the answer to a PROPFIND is read: backend/expat's read_multistatus.
  using ReadMultistatus = std::function<Result<std::vector<Resource>>(std::string_view)>;

  // `client` and `credentials` (may be nullptr) must outlive it. The user named the host of `url`, to whose path a
  // slash is added if it lacks one.
  Collection(net::HttpClient& client, net::Url url, const net::Credentials* credentials, ReadMultistatus read);

  const net::Url& url() const { return url_; }

  // Errors of all: those of HttpClient and of net::refusal() (with a hint). Besides, webdav.no-listing (unavailable):
  // the server has neither PROPFIND nor an index.
  Result<std::vector<Entry>> list();
  // nullopt: there is no such file. More than `limit` bytes: net.too-long (data).
  Result<std::optional<Secret>> get(std::string_view name, std::size_t limit);
  Result<void> put(std::string_view name, std::string_view bytes);
  // false: there was none.
  Result<bool> remove(std::string_view name);

 private:
  Result<net::Response> exchange(net::Request request);
  Unexpected refused(const net::Response& response) const;
  Result<std::vector<Entry>> list_index();

  net::HttpClient& client_;
  net::Url url_;
  const net::Credentials* credentials_;
  ReadMultistatus read_;
  int no_propfind_ = 0;  // the status by which the server said that it has none
};

}  // namespace sm::webdav
