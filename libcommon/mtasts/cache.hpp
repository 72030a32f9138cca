// The port to where policies are kept until their max_age is over. A policy in it is what protects a domain from
// whoever takes its record or its policy host away (RFC 8461 §10.2), so nothing but its own time and a newer policy
// ends it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sm::mtasts {

struct Failure {
  std::int64_t when = 0;  // seconds since the epoch
  std::string code;       // Error::code: "net.certificate"
  std::string message;    // untrusted
  std::string id;         // of the record by which it was tried; empty: it did not come so far
  bool operator==(const Failure&) const = default;
};

// The code of an entry that each() can't read, which is then without a policy.
inline constexpr std::string_view damaged_entry = "cache.damaged";

// All times are seconds since the epoch.
struct Entry {
  std::string domain;              // A-labels, lower case, no dot at the end
  std::string id;                  // of the record by which it was fetched
  std::string body;                // the policy as it was served; empty: there has been none yet
  std::string body_hash;           // SHA-256 of it, lower-case hexadecimal
  std::int64_t fetched = 0;        // when the policy was last served so
  std::int64_t expires = 0;        // fetched + max_age
  std::optional<Failure> failure;  // of the last try, if that failed

  bool has_policy() const { return !body.empty(); }
  // Also while the clock is set back behind `fetched`.
  bool is_valid(std::int64_t now) const { return has_policy() && now < expires; }
  bool operator==(const Entry&) const = default;
};

// Several processes may have the same cache open. What it holds of a domain is replaced at once or not at all. Errors
// of all: cache.open, cache.newer (config), cache.busy, cache.failed (temporary), cache.damaged (data).
class Cache {
 public:
  virtual ~Cache() = default;

  virtual Result<std::optional<Entry>> find(std::string_view domain) = 0;
  // Replaces the whole entry of its domain.
  virtual Result<void> put(const Entry& entry) = 0;
  // Of the entry nothing but its failure: whatever policy another process may have put there meanwhile stays.
  virtual Result<void> put_failure(std::string_view domain, const Failure& failure) = 0;
  // In the order of their domains, those that are damaged with that failure. `take` must not change the cache; an error
  // of it ends all.
  virtual Result<void> each(const std::function<Result<void>(Entry)>& take) = 0;
  // How many there were: of one domain, or of all.
  virtual Result<std::size_t> purge(std::optional<std::string_view> domain) = 0;
  // Drops the policies that expired before that time, and of entries without a policy those whose last try lies before
  // it. How many there were.
  virtual Result<std::size_t> drop_before(std::int64_t time) = 0;
  // From now on another process that writes is hardly waited for, and not at all for some seconds after one was: for
  // who has others waiting. What can't be written then is cache.busy.
  virtual void hurry() {}
  // Another number once another process has changed something. What this object changes does not count.
  virtual Result<std::uint64_t> version() = 0;
};

}  // namespace sm::mtasts
