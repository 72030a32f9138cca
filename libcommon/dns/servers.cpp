#include "dns/servers.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "dns/zone_token.hpp"
#include "text/ascii.hpp"

namespace sm::dns {
namespace {

constexpr std::size_t max_servers = 3;  // MAXNS of resolv.conf(5)

bool is_address(const std::string& text) {
  in6_addr address{};
  if (inet_pton(AF_INET, text.c_str(), &address) == 1) return true;
  const std::size_t zone = text.find('%');
  if (zone != std::string::npos && zone + 1 == text.size()) return false;
  return inet_pton(AF_INET6, text.substr(0, zone).c_str(), &address) == 1;
}

// The words of a line, without its comment (resolv.conf(5): a line that begins with ';' or '#').
std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  if (line.starts_with(';') || line.starts_with('#')) return words;
  while (!(line = trim(line)).empty()) {
    std::size_t size = 0;
    while (size < line.size() && !is_space(line[size])) ++size;
    words.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
  return words;
}

}  // namespace

std::string text_of(const Server& server) {
  return server.address + "@" + std::to_string(server.port);
}

std::string text_of(const std::vector<Server>& servers) {
  std::string text;
  for (const Server& server : servers) {
    if (!text.empty()) text += ", ";
    text += text_of(server);
  }
  return text;
}

bool is_loopback(const Server& server) {
  in_addr v4{};
  if (inet_pton(AF_INET, server.address.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, server.address.c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6) || (IN6_IS_ADDR_V4MAPPED(&v6) && v6.s6_addr[12] == 127);
}

Result<Server> parse_server(std::string_view text) {
  const std::size_t at = text.find('@');
  Server server{.address = std::string(text.substr(0, at))};
  const auto port =
      at == std::string_view::npos ? std::optional<std::uint32_t>(server.port) : decimal(text.substr(at + 1), 0xFFFF);
  if (!is_address(server.address) || !port || *port == 0)
    return fail(ErrorKind::usage, "dns.bad-server", "\"" + std::string(text) + "\" is no address of a resolver",
                "give ADDR or ADDR@PORT: 127.0.0.1, 2001:db8::53@5353");
  server.port = static_cast<std::uint16_t>(*port);
  return server;
}

ResolvConf parse_resolv_conf(std::string_view text) {
  ResolvConf conf;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::vector<std::string_view> words = words_of(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (words.size() < 2) continue;
    if (words[0] == "nameserver" && conf.servers.size() < max_servers && is_address(std::string(words[1])))
      conf.servers.push_back({.address = std::string(words[1])});
    if (words[0] == "options" && std::ranges::find(words, "trust-ad") != words.end()) conf.trust_ad = true;
  }
  if (conf.servers.empty()) conf.servers.push_back({.address = "127.0.0.1"});
  return conf;
}

Trust decide_trust(DnssecMode mode, const std::vector<Server>& servers, const ResolvConf& system) {
  if (mode == DnssecMode::resolver) return Trust::trusted_by_command;
  // trust-ad speaks of the servers in its file: one that --resolver names is covered if it is among them.
  const bool vouched =
      system.trust_ad && std::ranges::all_of(servers, [&](const Server& server) {
        return is_loopback(server) && std::ranges::find(system.servers, server) != system.servers.end();
      });
  return mode == DnssecMode::automatic && vouched && !servers.empty() ? Trust::trusted_resolver : Trust::validated_here;
}

}  // namespace sm::dns
