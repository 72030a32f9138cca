// Postfix's socketmap protocol (socketmap_table(5)), by which a program is asked what stands in a table. Both sides
// write netstrings: a length in decimal, ":", so many octets, ",". A request is the name of a map, a space and the key;
// a reply one of "OK data", "NOTFOUND ", "TEMP reason", "TIMEOUT reason" and "PERM reason". A connection carries many,
// one after the other; who does not wait for a reply gets them in the order of his requests.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sm::socketmap {

// socketmap_table(5), PROTOCOL: of what stands in a netstring.
inline constexpr std::size_t max_request = 10'000;  // octets
inline constexpr std::size_t max_reply = 100'000;
inline constexpr std::size_t max_reason = 500;  // our own: it ends in a log

// Netstrings from bytes in whatever pieces they come.
class RequestReader {
 public:
  void push(std::string_view bytes);
  // What is in the next whole one, a view until push(); none if more bytes are needed. Error: socketmap.request (data):
  // no netstring, or over the limit; where the next one begins is not known then, and every later call says so too.
  Result<std::optional<std::string_view>> next();
  // Octets behind the last one that was returned.
  std::size_t pending() const { return buffer_.size() - begin_; }
  // Gives memory back that is not needed now.
  void shrink();

 private:
  std::string buffer_;
  std::size_t begin_ = 0;
  bool broken_ = false;
};

struct Request {
  std::string_view map;
  std::string_view key;
};
// None: there is no space in it.
std::optional<Request> parse_request(std::string_view netstring);

enum class Status { ok, not_found, temporary, timeout, permanent };
std::string_view name_of(Status status);  // "OK", "NOTFOUND", …

// The reply as it is sent, netstring and all. `text` of ok is the value, which must be printable ASCII and fit in
// max_reply: otherwise it becomes permanent. Of the others it is a reason, which is cut and made printable here.
std::string reply(Status status, std::string_view text = {});

}  // namespace sm::socketmap
