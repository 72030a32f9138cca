#include <csignal>

#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

namespace {
constexpr int writers = 6;
}

TEST_CASE("keystore/concurrency: writers in several processes lose nothing of one certificate") {
  Fixture f;
  constexpr int rounds = 8;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    children.push_back(start([&f, writer] {
      Keystore store = f.open();
      for (int round = 0; round < rounds; ++round) {
        const std::string number = std::to_string(writer) + '.' + std::to_string(round);
        const std::string certificate = toy("shared", {number + "@x"}, {"sub " + number});
        const auto info = f.reader.inspect(certificate);
        if (!store.put_certificate(*info, certificate)) return 1;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(wait_for(child) == 0);
  Keystore store = f.open();
  const Fingerprint fingerprint = f.fingerprint_of(toy("shared", {}));
  CHECK(f.reader.inspect(**store.certificate(fingerprint))->user_ids.size() == writers * rounds);
  for (int writer = 0; writer < writers; ++writer) {
    for (int round = 0; round < rounds; ++round) {
      const std::string number = std::to_string(writer) + '.' + std::to_string(round);
      CHECK(*store.claimants(number + "@x") == std::vector{fingerprint});
      CHECK(*store.holders(store::key_fingerprints(toy("shared", {}, {"sub " + number})).at(1)) ==
            std::vector{fingerprint});
    }
  }
}

TEST_CASE("keystore/concurrency: writers and readers of different certificates in the same shards agree in the end") {
  Fixture f;
  constexpr int rounds = 10;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    children.push_back(start([&f, writer] {
      Keystore store = f.open();
      for (int round = 0; round < rounds; ++round) {
        const std::string number = std::to_string(writer) + '.' + std::to_string(round);
        const std::string certificate = toy("key " + number, {number + "@x", "all@x"});
        const auto info = f.reader.inspect(certificate);
        if (writer % 2 == 0) {
          if (!store.put_certificate(*info, certificate)) return 1;
        } else {
          f.plant(certificate);
        }
        const auto found = store.claimants(number + "@x");
        if (!found || found->size() != 1) return 2;
        if (round % 3 == 0 && !store.delete_certificate(info->fingerprint())) return 3;
        if (round == 5 && writer == 0 && !store.reindex()) return 4;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) CHECK(wait_for(child) == 0);
  Keystore store = f.open();
  CHECK(store.claimants("all@x")->size() == writers * (rounds - 4));
  f.clock.time += 10;
  CHECK(store.claimants("all@x")->size() == writers * (rounds - 4));
}

TEST_CASE("keystore/concurrency: a look-up while somebody else makes the index anew finds what there is") {
  Fixture f;
  Keystore writer = f.open();
  constexpr int count = 20;
  for (int i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    f.put(writer, toy("key " + number, {number + "@x"}, {"sub " + number}));
  }
  SUBCASE("whose directories changed just now") {}
  SUBCASE("whose directories are as they long were") {
    f.age_shards();
  }
  const pid_t child = start([&f] {
    Keystore store = f.open();
    for (int round = 0; round < 400; ++round) {
      if (!store.reindex()) return 1;
    }
    return 0;
  });
  int lost = 0;
  int status = 0;
  while (waitpid(child, &status, WNOHANG) == 0) {
    for (int i = 0; i < count; ++i) {
      Keystore reader = f.open();
      const std::string number = std::to_string(i);
      const auto claimants = reader.claimants(number + "@x");
      lost += !claimants || claimants->size() != 1;
      const auto holders = reader.holders(store::key_fingerprints(toy("key", {}, {"sub " + number})).at(1));
      lost += !holders || holders->size() != 1;
    }
  }
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(lost == 0);
}

TEST_CASE("keystore/concurrency: bindings: one of all who bind an address wins, and no conflict is lost") {
  Fixture f;
  constexpr int rounds = 5;
  std::vector<pid_t> children;
  for (int writer = 0; writer < writers; ++writer) {
    children.push_back(start([&f, writer] {
      Keystore store = f.open();
      const Fingerprint own(40, static_cast<char>('A' + writer));
      int created = 0;
      for (int round = 0; round < rounds; ++round) {
        const std::string address = std::to_string(round) + "@x";
        const auto change = store.bind(address, own, BindingSource::import);
        if (!change) return 100;
        created += *change == Change::created;
        if (!store.record_conflict(address, own, BindingSource::wkd)) return 101;
      }
      return created;
    }));
  }
  int created = 0;
  for (const pid_t child : children) {
    const int status = wait_for(child);
    CHECK(status <= rounds);
    created += status;
  }
  CHECK(created == rounds);
  const std::vector<Binding> bindings = *f.open().list_bindings();
  CHECK(bindings.size() == rounds);
  for (const Binding& binding : bindings) CHECK(binding.conflicts.size() == writers - 1);
}

TEST_CASE("keystore/concurrency: a writer killed at any moment leaves nothing half done") {
  Fixture f;
  const std::string alice = toy("alice", {"a@x"});
  const Fingerprint fingerprint = f.fingerprint_of(alice);
  for (int i = 0; i < 60; ++i) {
    const pid_t child = start([&] {
      Keystore store = f.open();
      for (int round = 0;; ++round) {
        const std::string number = std::to_string(round);
        const std::string certificate = toy("alice", {number + "@x"}, {"sub " + number});
        if (!store.put_certificate(*f.reader.inspect(certificate), certificate)) return 1;
        const Secret fresh(std::string(5000, static_cast<char>('a' + round % 26)));
        const auto old = store.secret_key(fingerprint);
        if (!old) return 2;
        if (*old && !store.replace_secret_key(fingerprint, **old, fresh)) return 2;
        if (!*old && !store.put_secret_key(fingerprint, fresh)) return 2;
        if (!store.accept("a@x", fingerprint)) return 3;
        if (!store.record_conflict("a@x", Fingerprint(40, "0123456789ABCDEF"[round % 16]), BindingSource::wkd))
          return 4;
        if (round % 5 == 4 && !store.delete_certificate(fingerprint)) return 5;
      }
    });
    // Moments spread over a round, of which one takes some milliseconds.
    usleep(static_cast<useconds_t>(500 + i * 331 % 17000));
    kill(child, SIGKILL);
    CHECK(wait_for(child) == 128 + SIGKILL);
    Keystore store = f.open();
    const auto certificate = store.certificate(fingerprint);
    REQUIRE(certificate);
    if (*certificate) {
      const auto info = f.reader.inspect(**certificate);
      REQUIRE(info);
      CHECK(info->fingerprint() == fingerprint);
      for (const UserId& user_id : info->user_ids) CHECK(store.claimants(user_id.text)->size() == 1);
      for (const Key& subkey : info->subkeys) CHECK(store.holders(subkey.key_id())->size() == 1);
    }
    const auto secret = store.secret_key(fingerprint);
    REQUIRE(secret);
    if (*secret) {
      CHECK((*secret)->size() == 5000);
      CHECK((*secret)->view().find_first_not_of((*secret)->view().front()) == std::string_view::npos);
    }
    CHECK(store.list_bindings());
    CHECK(store.secret_fingerprints()->size() <= 1);
  }
  Keystore store = f.open();
  f.put(store, alice);
  REQUIRE(store.delete_secret_key(fingerprint));
  // It may be that no key was ever put there: then there is no folder.
  const std::string folder = f.paths.root + "/private";
  CHECK((!std::filesystem::exists(folder) || std::filesystem::is_empty(folder)));
}

TEST_CASE("keystore/concurrency: a lock that was removed under its holder is no lock") {
  Fixture f;
  std::filesystem::create_directory(f.paths.root);
  const std::string path = f.paths.root + "/lock";
  auto held = store::Lock::acquire(path);
  REQUIRE(held);
  std::filesystem::remove(path);
  auto other = store::Lock::acquire(path);
  REQUIRE(other);
  const pid_t child = start([&] {
    const int fd = open(path.c_str(), O_RDWR);
    return fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 ? 0 : 1;
  });
  CHECK(wait_for(child) == 0);
}
