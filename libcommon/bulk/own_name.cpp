#include "bulk/own_name.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "io/descriptor.hpp"
#include "text/ascii.hpp"

namespace sm::bulk {
namespace {

constexpr std::size_t max_hosts_file = 1024 * 1024;  // octets

// Of hosts(5): the first name with a dot on a line that has `name` too.
std::optional<std::string> complete(std::string_view hosts, std::string_view name) {
  while (!hosts.empty()) {
    std::string_view line = hosts.substr(0, hosts.find('\n'));
    hosts.remove_prefix(std::min(line.size() + 1, hosts.size()));
    line = trim(line.substr(0, line.find('#')));
    bool here = false;
    std::string_view full;
    for (bool is_address = true; !line.empty(); is_address = false) {
      const std::string_view word = line.substr(0, line.find_first_of(" \t"));
      line = trim(line.substr(word.size()));
      if (is_address) continue;
      here = here || equal_ignoring_case(word, name);
      if (full.empty() && word.find('.') != std::string_view::npos) full = word;
    }
    if (here && !full.empty()) return std::string(full);
  }
  return std::nullopt;
}

}  // namespace

std::string own_name() {
  std::array<char, 256> buffer{};
  if (gethostname(buffer.data(), buffer.size() - 1) != 0 || buffer.front() == '\0') return "localhost";
  std::string name = buffer.data();
  if (name.find('.') != std::string::npos) return name;
  const auto hosts = read_file("/etc/hosts", max_hosts_file);
  return hosts ? complete(*hosts, name).value_or(name) : name;
}

}  // namespace sm::bulk
