// Against the kernel, in a user namespace, which has a user keyring of its own, and a session keyring of our own:
// nothing here touches what whoever runs this has unlocked, and nothing is left behind.
#include <doctest/doctest.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <string>

#include "backend/keyring/keyring.hpp"

namespace sm::keyring {
namespace {

const Fingerprint alice = "0123456789ABCDEF0123456789ABCDEF01234567";
const Fingerprint alice_sub = "89ABCDEF0123456789ABCDEF0123456789ABCDEF";
const Fingerprint bob = "FEDCBA9876543210FEDCBA9876543210FEDCBA98";

bool join_session(const char* name = nullptr) {
  return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name) > 0;
}

bool write_to(const char* path, const std::string& text) {
  return static_cast<bool>(std::ofstream(path) << text << std::flush);
}

// Leaves for a user namespace where this user is the superuser.
bool enter_namespace() {
  const std::string user = "0 " + std::to_string(geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(getegid()) + " 1";
  return unshare(CLONE_NEWUSER) == 0 && write_to("/proc/self/uid_map", user) &&
         write_to("/proc/self/setgroups", "deny") && write_to("/proc/self/gid_map", group);
}

bool isolate() {
  static const bool done = enter_namespace() && join_session();
  if (!done) MESSAGE("skip: user namespaces are refused here");
  return done;
}

// Whether `body` holds in a process of its own.
bool elsewhere(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    try {
      _exit(body() ? 0 : 1);
    } catch (...) {
      _exit(2);
    }
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
bool in_another_session(const std::function<bool()>& body) {
  return elsewhere([&] { return join_session() && body(); });
}

std::vector<Entry> entries(std::string_view primary, std::string_view subkey) {
  std::vector<Entry> all;
  all.push_back({alice, Secret(primary)});
  all.push_back({alice_sub, Secret(subkey)});
  return all;
}

std::string found(const Fingerprint& key) {
  const auto packet = find(key);
  return packet ? std::string(packet->view()) : "none";
}

std::int64_t until(Scope scope, const Fingerprint& certificate) {
  for (const Unlocked& one : unlocked(certificate)) {
    if (one.scope == scope) return one.until;
  }
  return 0;
}

// How many of ours /proc/keys lists with this time-out and these permissions, as it writes them. What has been taken
// out is listed, too, until the kernel has cleaned up.
int listed(const std::string& time_out_and_permissions) {
  std::ifstream file("/proc/keys");
  int count = 0;
  for (std::string line; std::getline(file, line);) {
    count += line.find("smtools:") != std::string::npos && line.find(time_out_and_permissions) != std::string::npos;
  }
  return count;
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? "" : result.error().code;
}

// From here on these system calls fail with `error_number`.
bool forbid(int error_number) {
  const auto data = static_cast<unsigned>(error_number) & SECCOMP_RET_DATA;
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_keyctl, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_add_key, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | data),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(filter)), filter};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

}  // namespace

TEST_CASE("the session keyring is not seen from another session") {
  if (!isolate()) return;
  CHECK(found(alice) == "none");
  REQUIRE(put(Scope::session, alice, entries("one", "two"), 1000, 600));
  CHECK(found(alice) == "one");
  CHECK(found(alice_sub) == "two");
  CHECK(found(bob) == "none");
  CHECK(elsewhere([] { return found(alice) == "one"; }));
  CHECK(in_another_session([] { return found(alice) == "none" && unlocked(alice).empty(); }));
  CHECK(in_another_session([] { return *remove() == false; }));
  CHECK(until(Scope::session, alice) == 1600);
  CHECK(unlocked(alice).size() == 1);
  CHECK(unlocked(bob).empty());
  CHECK(*remove());
  CHECK(found(alice) == "none");
  CHECK_FALSE(*remove());
}

TEST_CASE("the user keyring is") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 600));
  CHECK(found(alice_sub) == "two");
  CHECK(in_another_session([] { return found(alice) == "one" && until(Scope::user, alice) == 1600; }));
  CHECK(elsewhere([] {
    // As login does it: reached through the session keyring, it is still the user's.
    return join_session() && syscall(SYS_keyctl, KEYCTL_LINK, KEY_SPEC_USER_KEYRING, KEY_SPEC_SESSION_KEYRING) == 0 &&
           found(alice) == "one" && unlocked(alice).size() == 1 && until(Scope::user, alice) == 1600;
  }));
  CHECK(in_another_session([] { return *remove(bob) == false && *remove(alice); }));
  CHECK(found(alice) == "none");
}

TEST_CASE("a user namespace has a user keyring of its own") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 600));
  CHECK(elsewhere([] { return enter_namespace() && found(alice) == "none"; }));
  CHECK(*remove(alice));
}

TEST_CASE("what is taken out is gone wherever it was linked") {
  if (!isolate()) return;
  REQUIRE(put(Scope::session, alice, entries("one", "two"), 1000, 600));
  const long key =
      syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", ("smtools:" + alice).c_str(), 0);
  REQUIRE(key > 0);
  REQUIRE(syscall(SYS_keyctl, KEYCTL_LINK, key, KEY_SPEC_PROCESS_KEYRING) == 0);
  char payload[16];
  REQUIRE(syscall(SYS_keyctl, KEYCTL_READ, key, payload, sizeof payload) == 3);
  CHECK(*remove(alice));
  CHECK(syscall(SYS_keyctl, KEYCTL_READ, key, payload, sizeof payload) == -1);
}

TEST_CASE("the session comes first") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("of user", "two"), 1000, 600));
  REQUIRE(put(Scope::session, alice, entries("of session", "two"), 1000, 60));
  CHECK(found(alice) == "of session");
  CHECK(unlocked(alice).size() == 2);
  CHECK(until(Scope::session, alice) == 1060);
  CHECK(until(Scope::user, alice) == 1600);
  REQUIRE(put(Scope::user, bob, {}, 1000, 600));
  CHECK(*remove(alice));
  CHECK(found(alice) == "none");
  CHECK(until(Scope::user, bob) == 1600);
  CHECK(*remove());
  CHECK(unlocked(bob).empty());
}

TEST_CASE("unlocking again takes the place of what was there") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 600));
  std::vector<Entry> only;
  only.push_back({alice, Secret("three")});
  REQUIRE(put(Scope::user, alice, only, 2000, 7200));
  CHECK(found(alice) == "three");
  CHECK(found(alice_sub) == "none");
  CHECK(until(Scope::user, alice) == 9200);
  CHECK(*remove(alice));
}

TEST_CASE("everything has the time-out and cannot be changed") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 7 * 3600 + 60));
  // Permissions: of the possessor, the user, the group, others.
  CHECK(listed(" 7h 001b0000 ") == 4);
  CHECK(*remove(alice));
  REQUIRE(put(Scope::session, alice, entries("one", "two"), 1000, 7 * 3600 + 60));
  CHECK(listed(" 7h 1b010000 ") == 4);
  CHECK(*remove(alice));
}

TEST_CASE("what is larger than a page") {
  if (!isolate()) return;
  const std::string large(9000, 'x');
  REQUIRE(put(Scope::user, alice, entries(large, "two"), 1000, 600));
  CHECK(found(alice) == large);
  CHECK(*remove(alice));
}

TEST_CASE("all or none") {
  if (!isolate()) return;
  REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 600));
  // The kernel takes at most 32767 bytes.
  const auto failed = put(Scope::user, alice, entries("three", std::string(40000, 'x')), 1000, 600);
  CHECK(code_of(failed) == "keyring.refused");
  CHECK(found(alice) == "one");
  CHECK(found(alice_sub) == "two");
  CHECK(*remove(alice));
}

TEST_CASE("no session of one's own") {
  if (!isolate()) return;
  CHECK(elsewhere([] {
    // A process that never had one, as the kernel sees it: fork a process whose session keyring has been revoked.
    if (!join_session() || syscall(SYS_keyctl, KEYCTL_REVOKE, KEY_SPEC_SESSION_KEYRING) != 0) return false;
    const auto result = put(Scope::session, alice, entries("one", "two"), 1000, 600);
    return !result && result.error().kind == ErrorKind::config && found(alice) == "none" && *remove() == false;
  }));
  CHECK(elsewhere([] {
    const auto result = join_session("_uid_ses.0") ? put(Scope::session, alice, {}, 1000, 600) : Result<void>();
    return code_of(result) == "keyring.session" && unlocked(alice).empty();
  }));
}

TEST_CASE("a kernel that refuses") {
  if (!isolate()) return;
  for (const int error_number : {ENOSYS, EPERM}) {
    CAPTURE(error_number);
    REQUIRE(put(Scope::user, alice, entries("one", "two"), 1000, 600));
    CHECK(elsewhere([&] {
      if (!forbid(error_number)) return false;
      const std::string number = "error " + std::to_string(error_number);
      for (const Scope scope : {Scope::session, Scope::user}) {
        const auto result = put(scope, alice, entries("one", "two"), 1000, 600);
        if (result || result.error().kind != ErrorKind::config || result.error().code != "keyring.refused")
          return false;
        if (result.error().message.find(number) == std::string::npos) return false;
      }
      return found(alice) == "none" && unlocked(alice).empty() && code_of(remove()) == "keyring.refused";
    }));
    CHECK(*remove(alice));
  }
}

}  // namespace sm::keyring
