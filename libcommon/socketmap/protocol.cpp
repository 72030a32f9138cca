#include "socketmap/protocol.hpp"

#include <algorithm>

#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::socketmap {
namespace {

constexpr std::size_t max_digits = 5;  // of max_request

std::string netstring(std::string_view status, std::string_view text) {
  const std::size_t size = status.size() + 1 + text.size();
  std::string result = std::to_string(size);
  result.reserve(result.size() + size + 2);
  return result.append(":").append(status).append(" ").append(text).append(",");
}

// Not in the middle of a character of UTF-8, nor of what printable() makes of an octet.
std::string reason_of(std::string_view text) {
  std::string reason;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t size = 1;
    while (at + size < text.size() && (static_cast<unsigned char>(text[at + size]) & 0xC0) == 0x80) ++size;
    const std::string piece = printable(text.substr(at, size));
    if (reason.size() + piece.size() > max_reason) break;
    reason += piece;
    at += size;
  }
  return reason;
}

}  // namespace

void RequestReader::push(std::string_view bytes) {
  buffer_.erase(0, begin_);
  begin_ = 0;
  buffer_ += bytes;
}

Result<std::optional<std::string_view>> RequestReader::next() {
  const auto refuse = [this](const char* why) {
    broken_ = true;
    return fail(ErrorKind::data, "socketmap.request", why);
  };
  if (broken_) return refuse("this is no netstring");
  const std::string_view rest = std::string_view(buffer_).substr(begin_);
  std::size_t size = 0;
  std::size_t digits = 0;
  for (; digits < rest.size() && is_digit(rest[digits]); ++digits) {
    if (digits == 1 && size == 0) return refuse("the length of a netstring has a leading zero");
    if (digits == max_digits) return refuse("a request is too long");
    size = size * 10 + static_cast<std::size_t>(rest[digits] - '0');
  }
  if (size > max_request) return refuse("a request is too long");
  if (digits == rest.size()) return std::optional<std::string_view>();
  if (digits == 0 || rest[digits] != ':') return refuse("this is no netstring");
  const std::size_t end = digits + 1 + size;
  if (rest.size() <= end) return std::optional<std::string_view>();
  if (rest[end] != ',') return refuse("a netstring does not end where it says");
  begin_ += end + 1;
  return std::optional(rest.substr(digits + 1, size));
}

void RequestReader::shrink() {
  if (pending() != 0 || buffer_.capacity() <= 1024) return;
  buffer_ = std::string();
  begin_ = 0;
}

std::optional<Request> parse_request(std::string_view netstring) {
  const std::size_t space = netstring.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  return Request{netstring.substr(0, space), netstring.substr(space + 1)};
}

std::string_view name_of(Status status) {
  switch (status) {
    case Status::ok:
      return "OK";
    case Status::not_found:
      return "NOTFOUND";
    case Status::temporary:
      return "TEMP";
    case Status::timeout:
      return "TIMEOUT";
    case Status::permanent:
      return "PERM";
  }
  return "";
}

std::string reply(Status status, std::string_view text) {
  if (status == Status::not_found) return netstring(name_of(status), "");
  if (status != Status::ok) return netstring(name_of(status), reason_of(text));
  const bool fits = text.size() + 3 <= max_reply;
  if (!fits || !std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }))
    return netstring(name_of(Status::permanent), "the value can't be said in this protocol");
  return netstring(name_of(status), text);
}

}  // namespace sm::socketmap
