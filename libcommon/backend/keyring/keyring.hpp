// Keyrings of the Linux kernel (keyrings(7)), by their system calls: where unlocked secret keys wait between programs.
//
// A keyring holds links to keys, which are a type, a description and a payload in the kernel's memory: never on a disk,
// never swapped out. Every process has two that are of use here. The session keyring is made at login, is inherited by
// all that is started from there, and goes at logout. The user keyring belongs to the user whatever he runs, until the
// machine is booted again. A key has an owner, permissions like those of a file, besides them permissions for whoever
// "possesses" it (can find it from his own keyrings), and a time-out. Keys and bytes are limited for each user.
//
// What this program puts there is for each certificate one keyring "smtools:FINGERPRINT" (its primary key's) in one of
// the two, and in it a key of type "user" and the same name for each key or subkey, whose payload is the secret key
// packet. So a single link makes all of it seen or unseen, or takes the place of what was there; before that link, all
// of it hangs on the process alone, with its time-out, and goes when that is killed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"

namespace sm::keyring {

enum class Scope { session, user };

struct Entry {
  Fingerprint key;  // a key or subkey
  Secret packet;    // its secret key packet (RFC 9580 §5.5.1), not protected
};

// What put() would fail with before it puts anything: before a person is asked for a passphrase.
Result<void> check(Scope scope);

// Puts these, all or none, in place of what is there for `certificate`, for `seconds` from `now` (since the epoch) on.
// Precondition: seconds > 0, which to the kernel would be forever. Those of Scope::user can be read by every process of
// this user and by nobody else; those of Scope::session by what belongs to the session. Errors (config, with errno's
// number and how much is in use): keyring.full; keyring.refused, by a kernel without keyrings or a sandbox;
// keyring.session, for Scope::session, where there is no session keyring, or another user's: a process without one is
// given one that all processes of the user share who have none, those of cron and mail servers too.
Result<void> put(Scope scope, const Fingerprint& certificate, std::span<const Entry> entries, std::int64_t now,
                 std::uint32_t seconds);

// The packet of a key or subkey, looked for in the session keyring, then in the user keyring. A keyring that is missing
// or refused has none. Whoever made this key is this user, but what it holds is for the caller to check.
std::optional<Secret> find(const Fingerprint& key);

// Where the keys of a certificate are unlocked, and until when (seconds since the epoch); at most one of each scope.
struct Unlocked {
  Scope scope;
  std::int64_t until;
};
std::vector<Unlocked> unlocked(const Fingerprint& certificate);

// Takes those of `certificate`, or all, out of both keyrings. false: there were none. Error: keyring.refused.
Result<bool> remove(const std::optional<Fingerprint>& certificate = std::nullopt);

}  // namespace sm::keyring
