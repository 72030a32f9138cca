// How much of the kernel's memory the keys of a user take, by /proc/key-users (keyrings(7)).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sm::keyring {

struct Quota {
  std::uint64_t keys = 0;
  std::uint64_t max_keys = 0;
  std::uint64_t bytes = 0;
  std::uint64_t max_bytes = 0;
};

// The line of `user` in that file; nullopt if there is none, or it is of another form.
std::optional<Quota> parse_quota(std::string_view key_users, std::uint32_t user);

}  // namespace sm::keyring
