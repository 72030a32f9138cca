#include "backend/keyring/keyring.hpp"

#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "backend/keyring/quota.hpp"
#include "io/descriptor.hpp"

namespace sm::keyring {
namespace {

constexpr std::string_view prefix = "smtools:";
constexpr std::string_view until_suffix = ":until";
constexpr const char* keyring_type = "keyring";
constexpr const char* payload_type = "user";

// Permissions, as <keyutils.h> of another library has them.
constexpr std::uint32_t may_view = 0x01;
constexpr std::uint32_t may_read = 0x02;
constexpr std::uint32_t may_search = 0x08;
constexpr std::uint32_t may_link = 0x10;
constexpr int of_possessor = 24;
constexpr int of_owner = 16;

// A key's or keyring's number, also one of KEY_SPEC_*; negative with errno set is a failure.
using Serial = std::int32_t;

// The raw system calls; glibc has no functions for them.
template <class... A>
long keyctl(int operation, A... arguments) {
  return syscall(SYS_keyctl, operation, arguments...);
}
Serial add_key(const char* type, const std::string& description, std::string_view payload, Serial ring) {
  return static_cast<Serial>(syscall(SYS_add_key, type, description.c_str(), payload.empty() ? nullptr : payload.data(),
                                     payload.size(), ring));
}
Serial search_ring(Serial ring, const char* type, const std::string& description) {
  return static_cast<Serial>(keyctl(KEYCTL_SEARCH, ring, type, description.c_str(), 0));
}

Serial ring_of(Scope scope) {
  return scope == Scope::session ? KEY_SPEC_SESSION_KEYRING : KEY_SPEC_USER_KEYRING;
}

std::string name_of(const Fingerprint& key) {
  return std::string(prefix) + key;
}

Unexpected refused(int error_number) {
  const char* words = strerrordesc_np(error_number);
  const std::string number = "error " + std::to_string(error_number) + " (" + (words ? words : "unknown") + ")";
  if (error_number == ENOMEM) return fail(ErrorKind::temporary, "keyring.memory", "the kernel's keyring: " + number);
  if (error_number != EDQUOT) {
    return fail(ErrorKind::config, "keyring.refused", "the kernel refuses its keyring: " + number,
                "a container or a service may be forbidden the system calls add_key and keyctl");
  }
  std::string message = "the kernel's keyring is full: " + number;
  constexpr std::size_t limit = 1 << 20;
  const auto users = read_file("/proc/key-users", limit);
  if (const auto quota = users ? parse_quota(*users, geteuid()) : std::nullopt) {
    message += ", " + std::to_string(quota->keys) + " of " + std::to_string(quota->max_keys) + " keys and " +
               std::to_string(quota->bytes) + " of " + std::to_string(quota->max_bytes) + " bytes are in use";
  }
  return fail(ErrorKind::config, "keyring.full", std::move(message),
              "smkey lock takes out what it can; /proc/sys/kernel/keys has the limits");
}

struct Description {
  std::string type;
  std::uint32_t owner = 0;
  std::string name;
};

// What stands before the next semicolon, which goes with it.
std::string_view take_field(std::string_view& text) {
  const std::size_t end = std::min(text.find(';'), text.size());
  const std::string_view field = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return field;
}

// nullopt with errno set if it can't be had.
std::optional<Description> describe(Serial key) {
  std::array<char, 512> buffer{};  // ours are much shorter
  if (keyctl(KEYCTL_DESCRIBE, key, buffer.data(), buffer.size()) < 0) return std::nullopt;
  buffer.back() = '\0';
  std::string_view text = buffer.data();  // TYPE;UID;GID;PERMISSIONS;DESCRIPTION
  Description description{.type = std::string(take_field(text))};
  const std::string_view owner = take_field(text);
  std::from_chars(owner.data(), owner.data() + owner.size(), description.owner);
  take_field(text);
  take_field(text);
  description.name = text;
  return description;
}

bool is_ours(Serial key) {
  const auto description = describe(key);
  return description && description->owner == geteuid();
}

// The payload; nullopt if it can't be read.
std::optional<Secret> read_payload(Serial key) {
  for (std::size_t size = 4096;;) {  // one page, as a Secret takes it
    Secret payload(size);
    const long got = keyctl(KEYCTL_READ, key, payload.data(), payload.size());
    if (got <= 0) return std::nullopt;
    size = static_cast<std::size_t>(got);
    if (size > payload.size()) continue;
    payload.shrink(size);
    return payload;
  }
}

// The key of this name that a look-up from `scope` on finds, in keyrings that are linked there too; 0: none. What lies
// in a session keyring may be of another user whose session this was before su(1).
Serial find_from(Scope scope, const std::string& name) {
  const Serial key = search_ring(ring_of(scope), payload_type, name);
  return key > 0 && (scope == Scope::user || is_ours(key)) ? key : 0;
}

// The keys in a keyring.
Result<std::vector<Serial>> list(Serial ring) {
  std::vector<Serial> keys(256);
  while (true) {
    const long got = keyctl(KEYCTL_READ, ring, keys.data(), keys.size() * sizeof(Serial));
    if (got < 0) return refused(errno);
    const auto count = static_cast<std::size_t>(got) / sizeof(Serial);
    const bool all = count <= keys.size();
    keys.resize(count);
    if (all) return keys;
  }
}

// A keyring of this process alone that is to be linked where others see it; gone without that.
class Parcel {
 public:
  Parcel(Scope scope, const Fingerprint& certificate, std::uint32_t seconds)
      : scope_(scope),
        seconds_(seconds),
        ring_(add_key(keyring_type, name_of(certificate), {}, KEY_SPEC_PROCESS_KEYRING)) {}
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
  ~Parcel() {
    const int error_number = errno;
    if (ring_ > 0) keyctl(KEYCTL_UNLINK, ring_, KEY_SPEC_PROCESS_KEYRING);
    errno = error_number;
  }

  // These give false with errno set.
  bool add(const std::string& name, std::string_view payload) const {
    return ring_ > 0 && finish(add_key(payload_type, name, payload, ring_));
  }
  // Takes the place of a keyring of the same name.
  bool link_to_scope() const { return finish(ring_) && keyctl(KEYCTL_LINK, ring_, ring_of(scope_)) == 0; }

 private:
  // Possession is not enough for Scope::user, as it passes to those whom su(1) makes of one; nor, for Scope::session,
  // being the same user, who may be somewhere else. Nothing can be changed any more, hence the time-out comes first.
  bool finish(Serial key) const {
    constexpr std::uint32_t use = may_view | may_read | may_search | may_link;
    const std::uint32_t permissions =
        scope_ == Scope::user ? use << of_owner : use << of_possessor | may_view << of_owner;
    return key > 0 && keyctl(KEYCTL_SET_TIMEOUT, key, seconds_) == 0 && keyctl(KEYCTL_SETPERM, key, permissions) == 0;
  }

  Scope scope_;
  std::uint32_t seconds_;
  Serial ring_;
};

}  // namespace

Result<void> check(Scope scope) {
  const auto ring = describe(ring_of(scope));
  if (!ring) return refused(errno);
  std::string message;
  if (ring->owner != geteuid()) {
    message = "the session keyring belongs to another user";
  } else if (ring->name.starts_with("_uid_ses.")) {
    message = "this process has no session keyring but the one that all without one share";
  } else {
    return {};
  }
  return fail(ErrorKind::config, "keyring.session", std::move(message),
              "pam_keyinit makes one at login, keyctl session starts a shell in one, and --scope user needs none");
}

Result<void> put(Scope scope, const Fingerprint& certificate, std::span<const Entry> entries, std::int64_t now,
                 std::uint32_t seconds) {
  SM_TRY(check(scope));
  const Parcel parcel(scope, certificate, seconds);
  for (const Entry& entry : entries) {
    if (!parcel.add(name_of(entry.key), entry.packet.view())) return refused(errno);
  }
  // The kernel does not tell what is left of a time-out, but for a rounded figure in /proc/keys.
  const std::string name = name_of(certificate).append(until_suffix);
  if (!parcel.add(name, std::to_string(now + seconds)) || !parcel.link_to_scope()) return refused(errno);
  return {};
}

std::optional<Secret> find(const Fingerprint& key) {
  const std::string name = name_of(key);
  for (const Scope scope : {Scope::session, Scope::user}) {
    const Serial found = find_from(scope, name);
    if (found <= 0) continue;
    if (auto payload = read_payload(found)) return payload;
  }
  return std::nullopt;
}

std::vector<Unlocked> unlocked(const Fingerprint& certificate) {
  const std::string name = name_of(certificate).append(until_suffix);
  // A look-up from the session keyring on goes through the user keyring too where login has linked that.
  const Serial of_user = find_from(Scope::user, name);
  const Serial of_session = find_from(Scope::session, name);
  std::vector<Unlocked> found;
  const auto add = [&found](Scope scope, Serial key) {
    const auto text = key > 0 ? read_payload(key) : std::nullopt;
    std::int64_t until = 0;
    if (!text) return;
    std::from_chars(text->view().data(), text->view().data() + text->size(), until);
    found.push_back({scope, until});
  };
  if (of_session != of_user) add(Scope::session, of_session);
  add(Scope::user, of_user);
  return found;
}

Result<bool> remove(const std::optional<Fingerprint>& certificate) {
  bool removed = false;
  for (const Scope scope : {Scope::session, Scope::user}) {
    const Serial ring = ring_of(scope);
    if (scope == Scope::session) {
      const auto session = describe(ring);
      // One that ended at logout, while this process went on, gives nothing to anybody.
      if (!session && (errno == EKEYREVOKED || errno == EKEYEXPIRED)) continue;
      if (!session) return refused(errno);
      // put() has not put anything there.
      if (session->owner != geteuid()) continue;
    }
    for (const Serial key : SM_TRY(list(ring))) {
      const auto description = describe(key);
      if (!description || description->type != keyring_type || description->owner != geteuid()) continue;
      const bool wanted =
          certificate ? description->name == name_of(*certificate) : description->name.starts_with(prefix);
      if (!wanted) continue;
      // Also for who has linked a key somewhere else. The kernel then frees what is in there, and wipes payloads.
      for (const Serial entry : SM_TRY(list(key))) keyctl(KEYCTL_INVALIDATE, entry);
      if (keyctl(KEYCTL_UNLINK, key, ring) != 0 && errno != ENOENT) return refused(errno);
      removed = true;
    }
  }
  return removed;
}

}  // namespace sm::keyring
