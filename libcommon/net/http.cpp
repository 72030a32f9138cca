#include "net/http.hpp"

#include <algorithm>
#include <optional>

#include "text/ascii.hpp"

namespace sm::net {
namespace {

bool is_temporary(int status) {
  return status == 408 || status == 423 || status == 425 || status == 429 ||
         (status >= 500 && status != 501 && status != 505);
}

std::string_view code_of(int status) {
  switch (status) {
    case 401:
    case 407:
      return "net.unauthorized";
    case 403:
      return "net.forbidden";
    case 404:
    case 410:
      return "net.absent";
    case 405:
    case 501:
      return "net.unsupported";
    default:
      return status >= 300 && status < 400 ? "net.redirect" : "net.refused";
  }
}

}  // namespace

std::string_view name_of(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::remove:
      return "DELETE";
    case Method::propfind:
      return "PROPFIND";
  }
  return "";
}

std::string_view Response::field(std::string_view name) const {
  const auto found =
      std::ranges::find_if(fields, [&](const Field& one) { return equal_ignoring_case(one.name, name); });
  return found == fields.end() ? std::string_view() : found->value;
}

void Response::take_line(std::string_view line) {
  const bool folded = !line.empty() && is_space(line.front());
  const std::string_view text = trim(line);
  if (text.starts_with("HTTP/")) {
    fields.clear();
  } else if (const std::size_t colon = text.find(':'); colon != std::string_view::npos && colon != 0 && !folded) {
    fields.push_back({std::string(text.substr(0, colon)), std::string(trim(text.substr(colon + 1)))});
  }
}

std::string Response::media_type() const {
  const std::string_view type = field("Content-Type");
  return lower(trim(type.substr(0, type.find(';'))));
}

std::optional<Url> Response::redirect() const {
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return std::nullopt;
  const std::string_view location = field("Location");
  if (location.empty()) return std::nullopt;
  auto to = resolve_reference(url, location);
  if (!to) return std::nullopt;
  return *std::move(to);
}

Result<Response> fetch(HttpClient& client, Request request) {
  std::optional<Result<Response>> response;
  client.start(std::move(request), [&](Result<Response> got) { response = std::move(got); });
  std::vector<pollfd> polled;
  for (; !response; polled.clear()) turn({&client}, polled);
  return *std::move(response);
}

Unexpected refusal(const Response& response) {
  std::string message = response.url.text() + ": the server answered " + std::to_string(response.status);
  if (const auto to = response.redirect()) message += ", a redirect to " + to->text() + ", which is not followed";
  const std::string_view later = response.field("Retry-After");
  if (!later.empty()) {
    const bool seconds = std::ranges::all_of(later, is_digit);
    message += seconds ? ", and says to try again in " : ", and says to try again at ";
    message.append(later).append(seconds ? " seconds" : "");
  }
  return fail(is_temporary(response.status) ? ErrorKind::temporary : ErrorKind::unavailable, code_of(response.status),
              std::move(message));
}

}  // namespace sm::net
