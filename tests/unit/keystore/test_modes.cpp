#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

namespace {

constexpr uid_t nobody = 65534;

Result<Keystore> try_open(Fixture& f) {
  return Keystore::open(f.paths, f.reader, f.clock, toy_address);
}

// A store with one of everything.
Fingerprint fill(Fixture& f) {
  Keystore store = f.open();
  const std::string alice = toy("alice", {"a@x"}, {"sub"});
  const Fingerprint fingerprint = f.put(store, alice);
  REQUIRE(store.put_secret_key(fingerprint, Secret(alice)));
  REQUIRE(store.bind("a@x", fingerprint, BindingSource::import));
  REQUIRE(store.claimants("a@x")->size() == 1);
  return fingerprint;
}

// Runs `body` as a user who owns nothing here; 0 or the number of the first thing that did not hold.
int as_nobody(const std::function<int()>& body) {
  return wait_for(start([&] {
    if (setgid(nobody) != 0 || setuid(nobody) != 0) return 99;
    return body();
  }));
}

}  // namespace

TEST_CASE("keystore/modes: what the group or others can write is refused, with the way out") {
  Fixture f;
  fill(f);
  for (const std::string& path :
       {f.paths.root, f.paths.root + "/bindings", f.paths.root + "/index", f.paths.certificates}) {
    for (const mode_t mode : {0775, 0757}) {
      CAPTURE(path);
      REQUIRE(chmod(path.c_str(), mode) == 0);
      const auto store = try_open(f);
      CHECK(code_of(store) == "store.mode");
      CHECK(store.error().kind == ErrorKind::config);
      CHECK(store.error().hint == "chmod -R go-w " + path);
      REQUIRE(chmod(path.c_str(), 0755) == 0);
    }
  }
  CHECK(try_open(f));
}

TEST_CASE("keystore/modes: so are a shard, a certificate and a binding") {
  Fixture f;
  const Fingerprint fingerprint = fill(f);
  const std::string path = f.certificate_path(fingerprint);
  Keystore store = f.open();
  chmod(path.c_str(), 0664);
  CHECK(code_of(store.certificate(fingerprint)) == "store.mode");
  CHECK(code_of(store.certificates(fingerprint.substr(24))) == "store.mode");
  chmod(path.c_str(), 0644);
  const std::string shard = std::filesystem::path(path).parent_path();
  chmod(shard.c_str(), 0777);
  CHECK(code_of(store.claimants("b@x")) == "store.mode");
  chmod(shard.c_str(), 0755);
  const std::string binding = f.paths.root + "/bindings/" + binding_file_name("a@x");
  chmod(binding.c_str(), 0622);
  CHECK(code_of(store.binding("a@x")) == "store.mode");
}

TEST_CASE("keystore/modes: private/ must be closed") {
  Fixture f;
  fill(f);
  const std::string path = f.paths.root + "/private";
  for (const mode_t mode : {0750, 0701, 0755}) {
    REQUIRE(chmod(path.c_str(), mode) == 0);
    const auto store = try_open(f);
    CHECK(code_of(store) == "store.mode");
    CHECK(store.error().kind == ErrorKind::config);
    CHECK(store.error().hint == "chmod 700 " + path);
  }
}

TEST_CASE("keystore/modes: a mask of the caller changes nothing") {
  Fixture f;
  const mode_t before = umask(0);
  const Fingerprint fingerprint = fill(f);
  umask(before);
  CHECK(try_open(f));
  CHECK(f.open().secret_keys(fingerprint)->size() == 1);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(f.paths.root)) {
    struct stat status {};
    REQUIRE(stat(entry.path().c_str(), &status) == 0);
    CAPTURE(entry.path().string());
    CHECK((status.st_mode & 022) == 0);
  }
}

TEST_CASE("keystore/modes: a store of a newer version, or with something else in its place, is refused") {
  Fixture f;
  fill(f);
  CHECK(*read_file(f.paths.root + "/version", 10) == "1\n");
  for (const char* version : {"2\n", "", "1"}) {
    REQUIRE(write_file(f.paths.root + "/version", version, 0644, false));
    CHECK(code_of(try_open(f)) == "store.version");
  }
  f.paths.root += "/version";
  const auto store = try_open(f);
  CHECK(code_of(store) == "store.mode");
  CHECK(store.error().kind == ErrorKind::config);
}

TEST_CASE("keystore/modes: a store that can't be written is still read, whatever state its index is in") {
  if (geteuid() != 0) {
    MESSAGE("skipped: needs root, to become somebody else");
    return;
  }
  Fixture f;
  const Fingerprint fingerprint = fill(f);
  const std::string bob = toy("bob", {"b@x"}, {"bob's sub"});
  SUBCASE("current") {}
  SUBCASE("absent") {
    std::filesystem::remove_all(f.paths.root + "/index");
  }
  SUBCASE("without its times") {
    std::filesystem::remove(f.paths.root + "/index/times");
  }
  SUBCASE("damaged") {
    REQUIRE(write_file(f.paths.root + "/index/key/" + fingerprint.substr(24), "", 0644, false));
    REQUIRE(write_file(f.paths.root + "/index/address/" + binding_file_name("a@x"), "", 0644, false));
  }
  const Fingerprint other = f.plant(bob);
  const auto before = std::filesystem::last_write_time(f.paths.root);
  CHECK(as_nobody([&] {
          Keystore store = f.open();
          if (store.certificates(fingerprint)->size() != 1) return 1;
          if (store.certificates(fingerprint.substr(24))->size() != 1) return 2;
          if (*store.claimants("b@x") != std::vector{other}) return 3;
          if (*store.holders(store::key_fingerprints(bob).at(1)) != std::vector{other}) return 4;
          if (!*store.binding("a@x")) return 5;
          if (*resolve(store, "a@x") != fingerprint) return 6;
          if (*store.claimants("a@x") != std::vector{fingerprint}) return 7;
          if (!store.claimants("nobody@x")->empty()) return 8;
          // What changes while it is open is seen too.
          const auto secret = store.secret_keys(fingerprint);
          if (secret || secret.error().code != "store.owner" || secret.error().kind != ErrorKind::config) return 10;
          const auto bound = store.bind("new@x", fingerprint, BindingSource::import);
          if (bound || bound.error().kind != ErrorKind::temporary) return 11;
          const auto put = store.put_certificate(*f.reader.inspect(toy("carol", {})), toy("carol", {}));
          if (put || put.error().kind != ErrorKind::temporary) return 12;
          if (store.forget("a@x")) return 13;
          if (store.accept("a@x", other)) return 14;
          if (store.delete_certificate(fingerprint)) return 15;
          if (store.reindex()) return 16;
          return 0;
        }) == 0);
  CHECK(std::filesystem::last_write_time(f.paths.root) == before);
}

TEST_CASE("keystore/modes: changes are seen by a keystore that is open and can't write") {
  if (geteuid() != 0) {
    MESSAGE("skipped: needs root, to become somebody else");
    return;
  }
  Fixture f;
  const Fingerprint fingerprint = fill(f);
  std::filesystem::remove_all(f.paths.root + "/index");
  int ready[2];
  int go[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(go) == 0);
  const pid_t reader = start([&] {
    if (setgid(nobody) != 0 || setuid(nobody) != 0) return 99;
    Keystore store = f.open();
    if (*store.claimants("a@x") != std::vector{fingerprint} || !store.claimants("b@x")->empty()) return 1;
    char byte = 0;
    if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) return 2;
    if (store.claimants("b@x")->size() != 1) return 3;
    if (!store.claimants("a@x")->empty()) return 4;
    return 0;
  });
  close(ready[1]);
  char byte = 0;
  CHECK(read(ready[0], &byte, 1) == 1);
  f.plant(toy("bob", {"b@x"}));
  std::filesystem::remove(f.certificate_path(fingerprint));
  CHECK(write(go[1], &byte, 1) == 1);
  CHECK(wait_for(reader) == 0);
  for (const int fd : {ready[0], go[0], go[1]}) close(fd);
}

TEST_CASE("keystore/modes: root leaves nothing behind in the index of somebody else's store") {
  if (geteuid() != 0) {
    MESSAGE("skipped: needs root");
    return;
  }
  Fixture f;
  fill(f);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(f.paths.root)) {
    REQUIRE(chown(entry.path().c_str(), nobody, nobody) == 0);
  }
  REQUIRE(chown(f.paths.root.c_str(), nobody, nobody) == 0);
  const Fingerprint other = f.plant(toy("bob", {"b@x"}));
  const std::string times = *read_file(f.paths.root + "/index/times", 1 << 20);
  Keystore store = f.open();
  CHECK(*store.claimants("b@x") == std::vector{other});
  CHECK(*read_file(f.paths.root + "/index/times", 1 << 20) == times);
  CHECK(code_of(store.secret_fingerprints()) == "store.owner");
}
