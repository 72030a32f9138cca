// URLs, proxies, addresses and netrc files: what was read is written so that it reads the same again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "net/address.hpp"
#include "net/netrc.hpp"
#include "net/proxy.hpp"
#include "net/url.hpp"
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
  for (const char* user : {"", "alice"}) {
    const auto found = sm::net::find_credentials(input, "h.example", user);
    if (found && *found) require(!(*found)->user.empty() && (*user == '\0' || (*found)->user == user));
  }
  return 0;
}
