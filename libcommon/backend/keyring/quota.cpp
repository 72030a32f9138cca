#include "backend/keyring/quota.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>

#include "text/ascii.hpp"

namespace sm::keyring {
namespace {

// Numbers, with what stands between them: "    0:    10 9/9 4/1000000 52/25000000".
bool read_numbers(std::string_view line, std::string_view separators, std::span<std::uint64_t> numbers) {
  const char* at = line.data();
  const char* const end = at + line.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    at = std::find_if_not(at, end, is_blank);
    const auto [next, error] = std::from_chars(at, end, numbers[i]);
    if (error != std::errc()) return false;
    at = next;
    if (i == separators.size()) continue;
    if (at == end || *at != separators[i]) return false;
    ++at;
  }
  return std::all_of(at, end, is_blank);
}

}  // namespace

std::optional<Quota> parse_quota(std::string_view key_users, std::uint32_t user) {
  while (!key_users.empty()) {
    const std::size_t end = std::min(key_users.find('\n'), key_users.size());
    const std::string_view line = key_users.substr(0, end);
    key_users.remove_prefix(std::min(end + 1, key_users.size()));
    // The user; how often the record is in use; keys, of which so many are instantiated; keys and bytes of the quota.
    std::array<std::uint64_t, 8> field{};
    if (!read_numbers(line, ": / / /", field) || field[0] != user) continue;
    return Quota{.keys = field[4], .max_keys = field[5], .bytes = field[6], .max_bytes = field[7]};
  }
  return std::nullopt;
}

}  // namespace sm::keyring
