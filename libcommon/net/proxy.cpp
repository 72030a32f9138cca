#include "net/proxy.hpp"

#include <algorithm>

#include "net/address.hpp"
#include "net/url.hpp"
#include "text/ascii.hpp"

namespace sm::net {
namespace {

struct Scheme {
  std::string_view name;
  Proxy::Kind kind;
};
constexpr Scheme schemes[] = {{"http", Proxy::Kind::http},
                              {"https", Proxy::Kind::https},
                              {"socks5h", Proxy::Kind::socks},
                              {"socks5", Proxy::Kind::socks}};

// curl(1), --proxy.
constexpr std::uint16_t default_port = 1080;

bool is_except(std::string_view host, std::string_view exception) {
  if (exception == "*") return true;
  if (const auto address = parse_address(host)) {
    const auto other = parse_address(exception);
    return (other && *other == *address) || is_within(*address, exception);
  }
  if (exception.starts_with('.')) exception.remove_prefix(1);
  if (exception.empty() || !host.ends_with(exception)) return false;
  return host.size() == exception.size() || host[host.size() - exception.size() - 1] == '.';
}

}  // namespace

bool Proxy::serves(std::string_view asked) const {
  return std::ranges::none_of(except, [&](const std::string& exception) { return is_except(asked, exception); });
}

std::string Proxy::text() const {
  const std::string_view scheme = kind == Kind::socks ? "socks5h" : kind == Kind::https ? "https" : "http";
  const bool v6 = host.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Proxy> parse_proxy(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::usage, "net.bad-proxy", "not a proxy: " + std::string(why),
                "http://HOST:PORT, https://HOST:PORT or socks5h://HOST:PORT");
  };
  const std::size_t colon = text.find("://");
  const std::string scheme = colon == std::string_view::npos ? "http" : lower(text.substr(0, colon));
  const std::string_view rest = colon == std::string_view::npos ? text : text.substr(colon + 3);
  const auto* const known = std::ranges::find(schemes, scheme, &Scheme::name);
  if (known == std::end(schemes)) return refuse("of the scheme " + scheme);
  // Not shown: there may be a password in it.
  if (rest.find('@') != std::string_view::npos) return refuse("a user and a password can't be given");
  const auto url = parse_url("http://" + std::string(rest));
  if (!url) return refuse(text);
  if (url->path != "/" || !url->query.empty()) return refuse(std::string(text) + " has a path");
  // Behind the bracket of an IPv6 address, if there is one.
  const std::size_t bracket = rest.find(']');
  const bool port_given = rest.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
  return Proxy{.kind = known->kind, .host = url->host, .port = port_given ? url->port : default_port, .except = {}};
}

Result<Proxy> environment_proxy(std::string_view value, std::string_view except) {
  auto proxy = parse_proxy(value);
  if (!proxy) {
    proxy.error().kind = ErrorKind::config;
    proxy.error().message += ", in the environment";
    return proxy;
  }
  while (!except.empty()) {
    const std::size_t end = std::min(except.find_first_of(", "), except.size());
    if (end > 0) proxy->except.push_back(lower(except.substr(0, end)));
    except.remove_prefix(std::min(end + 1, except.size()));
  }
  return proxy;
}

}  // namespace sm::net
