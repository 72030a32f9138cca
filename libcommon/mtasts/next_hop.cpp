#include "mtasts/next_hop.hpp"

#include <charconv>

#include "mtasts/policy.hpp"
#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

struct Service {
  std::string_view name;
  std::uint16_t port;
};
constexpr Service services[] = {{"smtp", 25}, {"submission", 587}, {"submissions", 465}, {"smtps", 465}};

std::optional<std::uint16_t> port_of(std::string_view text) {
  for (const Service& service : services)
    if (text == service.name) return service.port;
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// One of IPv6 has colons.
bool is_address(std::string_view text) {
  return text.find(':') != std::string_view::npos || is_ipv4_like(text);
}

}  // namespace

std::optional<dane::NextHop> next_hop(std::string_view key, dns::ToAscii to_ascii) {
  if (key.size() > max_key) return std::nullopt;
  dane::NextHop result;
  std::string_view host = key;
  std::string_view port;
  result.is_host = key.starts_with('[');
  if (result.is_host) {
    const std::size_t end = key.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    host = key.substr(1, end - 1);
    port = key.substr(end + 1);
    if (!port.empty() && !port.starts_with(':')) return std::nullopt;
  } else if (const std::size_t colon = key.find(':'); colon != std::string_view::npos) {
    host = key.substr(0, colon);
    port = key.substr(colon);
  }
  if (!port.empty()) {
    const auto number = port_of(port.substr(1));
    if (!number) return std::nullopt;
    result.port = *number;
  }
  if (host.empty() || host.starts_with('.') || is_address(host)) return std::nullopt;
  auto name = dns::host_name(host, to_ascii);
  // What U-labels become may be an address too.
  if (!name || name->is_root() || !is_of_a_host(name->text()) || is_address(name->text())) return std::nullopt;
  result.name = *std::move(name);
  return result;
}

std::string key_of(const dane::NextHop& next_hop) {
  std::string key = lower(next_hop.name.text());
  if (next_hop.is_host) key = std::string("[").append(key).append("]");
  if (next_hop.port != 25) key.append(":").append(std::to_string(next_hop.port));
  return key;
}

}  // namespace sm::mtasts
