// Through which proxy a host is asked. Proxies look up names themselves, so that no DNS query of ours leaves the
// machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::net {

struct Proxy {
  enum class Kind { http, https, socks };  // SOCKS version 5 (RFC 1928)
  Kind kind = Kind::http;
  std::string host;                 // as in Url
  std::uint16_t port = 0;           // never 0
  std::vector<std::string> except;  // hosts that are asked without it

  // Whether this host is asked through it. An exception is a name, which stands for the names below it too, with or
  // without a dot before it; an address; a prefix such as 10.0.0.0/8; or "*", which is everything.
  bool serves(std::string_view asked) const;
  // "socks5h://localhost:9050"
  std::string text() const;
};

// "http://HOST:PORT", "https://…", "socks5h://…", of which "socks5://" is another name here; no scheme is http, no port
// 1080, as curl(1) has it. A user or password in it, and everything else: net.bad-proxy (usage).
Result<Proxy> parse_proxy(std::string_view text);

// The environment's proxy: `value` of the variable that names it, and `except` of no_proxy, a list with commas.
// Errors: net.bad-proxy (config).
Result<Proxy> environment_proxy(std::string_view value, std::string_view except);

}  // namespace sm::net
