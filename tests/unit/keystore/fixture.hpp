// A store in a directory of its own, and certificates in a toy form: real packet framing and fingerprints, but no
// signatures. A user ID that begins with '!' counts as not validly self-signed, a subkey whose body ends in '!' as not
// rightly bound.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/primitives.hpp"
#include "crypto/packets.hpp"
#include "io/atomic_file.hpp"
#include "keystore/binding.hpp"
#include "keystore/cert_d.hpp"
#include "keystore/keystore.hpp"
#include "keystore/resolve.hpp"
#include "keystore/store_files.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::test {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    // In memory if TMPDIR says nothing else: nothing here depends on a disk, and waiting for one would be most of the
    // time.
    const bool in_memory = getenv("TMPDIR") == nullptr && access("/dev/shm", W_OK) == 0;
    std::string name = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path().string();
    name += "/smtools-keystore-XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    chmod(name.c_str(), 0755);
    path = name;
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

class FixedClock final : public Clock {
 public:
  explicit FixedClock(std::int64_t at) : time(at) {}
  std::int64_t now() const override { return time; }
  std::int64_t time;
};

inline std::string packet(int tag, std::string_view body) {
  std::string result(1, static_cast<char>(0xC0 | tag));
  result += static_cast<char>(0xFF);
  for (int shift = 24; shift >= 0; shift -= 8) result += static_cast<char>(body.size() >> shift & 0xff);
  return result.append(body);
}

inline std::string key_body(std::string_view seed) {
  return std::string("\x04\0\0\0\1\x16", 6).append(seed);
}

inline std::string toy(std::string_view seed, const std::vector<std::string>& user_ids,
                       const std::vector<std::string>& subkeys = {}) {
  std::string result = packet(packet_public_key, key_body(seed));
  for (const std::string& user_id : user_ids) result += packet(packet_user_id, user_id);
  for (const std::string& subkey : subkeys) result += packet(packet_public_subkey, key_body(subkey));
  return result;
}

class ToyReader final : public CertificateReader {
 public:
  Result<KeyInput> read(std::string_view) override { return fail(ErrorKind::data, "crypto.no-key", "not in toys"); }
  Result<CertificateInfo> inspect(std::string_view certificate) override {
    ++inspections;
    const auto packets = SM_TRY(split_packets(certificate));
    const auto fingerprints = store::key_fingerprints(certificate);
    if (fingerprints.empty()) return fail(ErrorKind::data, "crypto.no-key", "no toy");
    CertificateInfo info;
    info.primary.fingerprint = fingerprints.front();
    info.primary.valid = true;
    std::size_t keys = 0;
    for (const Packet& packet : packets) {
      if (packet.tag == packet_public_subkey) {
        Key key;
        key.fingerprint = fingerprints[++keys];
        key.valid = packet.body.back() != '!';
        info.subkeys.push_back(key);
      } else if (packet.tag == packet_user_id) {
        info.user_ids.push_back({std::string(packet.body), !packet.body.starts_with('!'), false, false});
      }
    }
    return info;
  }
  Result<std::string> merge(std::string_view old, std::string_view fresh) override {
    const auto there = SM_TRY(split_packets(old));
    const auto coming = SM_TRY(split_packets(fresh));
    if (there.empty() || coming.empty() || there.front().body != coming.front().body) {
      return fail(ErrorKind::data, "crypto.merge", "not the same certificate");
    }
    std::string result(old);
    for (const Packet& one : coming) {
      if (std::ranges::find(there, one.raw, &Packet::raw) == there.end()) result += one.raw;
    }
    return result;
  }
  Result<Secret> compose_secret(std::string_view, std::string_view secret) override { return Secret(secret); }
  Result<std::optional<Secret>> merge_secrets(std::string_view old, std::string_view fresh) override {
    if (old != fresh) return fail(ErrorKind::key, "store.secret-conflict", "another toy");
    return std::optional<Secret>();
  }
  Result<std::optional<std::string>> apply_revocation(std::string_view, std::string_view) override {
    return std::optional<std::string>();
  }
  Result<std::string> strip(std::string_view certificate, const std::optional<std::vector<std::string>>&,
                            bool) override {
    return std::string(certificate);
  }
  // A toy's user ID certifies it by another if it ends in that one's fingerprint.
  Result<bool> is_certified(std::string_view, const std::vector<std::string>& user_ids, std::string_view old) override {
    const auto fingerprints = store::key_fingerprints(old);
    return std::ranges::any_of(user_ids, [&](const std::string& id) { return id.ends_with(fingerprints.front()); });
  }
  int inspections = 0;
};

// What stands between the angle brackets, or all of it.
inline std::string toy_address(std::string_view user_id) {
  const std::size_t begin = user_id.find('<');
  if (begin == std::string_view::npos) return lower(user_id);
  return lower(user_id.substr(begin + 1, user_id.find('>') - begin - 1));
}

struct Fixture {
  Fixture() : paths{directory.path + "/store", directory.path + "/store/pgp.cert.d"} {}

  Keystore open() {
    auto keystore = Keystore::open(paths, reader, clock, toy_address);
    if (!keystore) FAIL(keystore.error().code, ": ", keystore.error().message);
    return *std::move(keystore);
  }
  Fingerprint fingerprint_of(std::string_view certificate) { return store::key_fingerprints(certificate).front(); }
  Fingerprint put(Keystore& keystore, std::string_view certificate) {
    const auto info = reader.inspect(certificate);
    const auto change = keystore.put_certificate(*info, certificate);
    if (!change) FAIL(change.error().code, ": ", change.error().message);
    return info->fingerprint();
  }
  std::string certificate_path(const Fingerprint& fingerprint) {
    return paths.certificates + '/' + lower(fingerprint.substr(0, 2)) + '/' + lower(fingerprint.substr(2));
  }
  // As another program would: beside our index.
  Fingerprint plant(std::string_view certificate) {
    const Fingerprint fingerprint = fingerprint_of(certificate);
    const std::string path = certificate_path(fingerprint);
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    REQUIRE(write_file(path, certificate, 0644, false));
    return fingerprint;
  }
  // Makes the directories of pgp.cert.d look as if they had not been touched for a while.
  void age_shards(std::int64_t seconds = 1000) {
    for (const auto& entry : std::filesystem::directory_iterator(paths.certificates)) {
      const timespec times[2]{{clock.time - seconds, 0}, {clock.time - seconds, 0}};
      REQUIRE(utimensat(AT_FDCWD, entry.path().c_str(), times, 0) == 0);
    }
  }

  TemporaryDirectory directory;
  StorePaths paths;
  ToyReader reader;
  FixedClock clock{std::time(nullptr)};
};

// Runs `body` in a process of its own; its exit status, or 128 + the signal that ended it.
inline pid_t start(const std::function<int()>& body) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    // The process must never come back into the test runner.
    try {
      _exit(body());
    } catch (...) {
      _exit(98);
    }
  }
  return pid;
}

inline int wait_for(pid_t pid) {
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

template <class T>
std::string code_of(const Result<T>& result) {
  return result ? std::string("success") : result.error().code;
}

}  // namespace sm::test
