// URLs, proxies, addresses, netrc files and header sections of HTTP: what was read is written so that it reads the same
// again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/address.hpp"
#include "net/http.hpp"
#include "net/netrc.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void normal(const sm::net::Url& url) {
  require(url.port != 0 && !url.host.empty() && url.path.starts_with('/'));
  const std::string text = url.text();
  for (const char c : text) require(c > ' ' && c < 0x7F);
  auto again = sm::net::parse_url(text);
  require(again.has_value());
  again->user = url.user;
  require(*again == url);
  for (const std::string& segment : url.segments()) require(!segment.empty());
}

void header_section(std::string_view input) {
  sm::net::Response response{
      .status = 301, .fields = {}, .body = {}, .url = *sm::net::parse_url("https://a/b/c/d;p?q")};
  std::size_t lines = 0;
  while (!input.empty()) {
    const std::size_t end = std::min(input.find('\n'), input.size() - 1) + 1;
    response.take_line(input.substr(0, end));
    input.remove_prefix(end);
    require(response.fields.size() <= ++lines);
  }
  for (const sm::net::Field& field : response.fields) {
    require(!field.name.empty() && field.name.find_first_of(":\n") == std::string::npos);
    require(sm::trim(field.value) == field.value && field.value.find('\n') == std::string::npos);
    require(!response.field(field.name).empty() || field.value.empty() || response.fields.size() > 1);
  }
  const std::string type = response.media_type();
  require(sm::lower(type) == type && type.find(';') == std::string::npos);
  if (const auto to = response.redirect()) normal(*to);
  require(!sm::net::refusal(response).error.message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (const auto url = sm::net::parse_url(input)) normal(*url);
  static const sm::net::Url base = *sm::net::parse_url("https://a/b/c/d;p?q");
  if (const auto url = sm::net::resolve_reference(base, input)) {
    require(url->user.empty());
    normal(*url);
  }
  if (const auto proxy = sm::net::parse_proxy(input))
    require(sm::net::parse_proxy(proxy->text())->text() == proxy->text());
  if (const auto address = sm::net::parse_address(input)) {
    require(sm::net::parse_address(sm::net::text_of(*address)) == address);
    sm::net::is_public(*address);
  }
  if (const auto time = sm::parse_http_date(input)) require(*time > -70'000'000'000 && *time < 300'000'000'000);
  header_section(input);
  for (const char* user : {"", "alice"}) {
    const auto found = sm::net::find_credentials(input, "h.example", user);
    if (found && *found) require(!(*found)->user.empty() && (*user == '\0' || (*found)->user == user));
  }
  return 0;
}
