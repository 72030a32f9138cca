#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// A toy serves as its own secret key: the reader does not tell them apart.
const std::string alice = toy("alice", {"a@x"}, {"sub"});

}  // namespace

TEST_CASE("keystore/secrets: 0600 in 0700, and found by every key in it") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.put(store, alice);
  CHECK(*store.put_secret_key(fingerprint, Secret(alice)) == Change::created);
  REQUIRE(store.put_revocation(fingerprint, "revocation"));
  const std::string directory = f.paths.root + "/private";
  CHECK(mode_of(directory) == 0700);
  CHECK(mode_of(directory + '/' + fingerprint + ".pgp") == 0600);
  CHECK(mode_of(directory + '/' + fingerprint + ".rev") == 0600);
  CHECK(*store.secret_fingerprints() == std::vector{fingerprint});
  CHECK((*store.secret_key(fingerprint))->view() == alice);
  for (const Fingerprint& key : store::key_fingerprints(alice)) {
    for (const std::string& id : {key, key.substr(24)}) {
      const auto found = store.secret_keys(id);
      REQUIRE(found->size() == 1);
      CHECK(found->front().view() == alice);
    }
  }
  CHECK(store.secret_keys(std::string(16, 'A'))->empty());
  CHECK_FALSE(store.secret_key(std::string(40, 'A'))->has_value());
}

TEST_CASE("keystore/secrets: one whose certificate was lost is still found by its subkey") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.fingerprint_of(alice);
  REQUIRE(store.put_secret_key(fingerprint, Secret(alice)));
  const Fingerprint subkey = store::key_fingerprints(alice).at(1);
  CHECK(store.secret_keys(subkey)->size() == 1);
  CHECK(store.secret_keys(subkey.substr(24))->size() == 1);
  CHECK(store.secret_keys(std::string(16, 'A'))->empty());
}

TEST_CASE("keystore/secrets: a different one is not replaced unasked") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.fingerprint_of(alice);
  const std::string path = f.paths.root + "/private/" + fingerprint + ".pgp";
  REQUIRE(store.put_secret_key(fingerprint, Secret(std::string_view("one"))));
  CHECK(*store.put_secret_key(fingerprint, Secret(std::string_view("one"))) == Change::unchanged);
  const auto refused = store.put_secret_key(fingerprint, Secret(std::string_view("two")));
  CHECK(code_of(refused) == "store.secret-conflict");
  CHECK(refused.error().kind == ErrorKind::key);
  CHECK(*read_file(path, 10) == "one");
  const Secret one(std::string_view("one"));
  const Secret two(std::string_view("two"));
  CHECK(code_of(store.replace_secret_key(fingerprint, two, one)) == "store.changed");
  CHECK(*read_file(path, 10) == "one");
  REQUIRE(store.replace_secret_key(fingerprint, one, two));
  CHECK(*read_file(path, 10) == "two");
  CHECK(mode_of(path) == 0600);
}

TEST_CASE("keystore/secrets: deleting takes the revocation certificate and what a crash left") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.fingerprint_of(alice);
  REQUIRE(store.put_secret_key(fingerprint, Secret(alice)));
  REQUIRE(store.put_revocation(fingerprint, "revocation"));
  REQUIRE(write_file(f.paths.root + "/private/.smtools-0123456789abcdef", alice, 0600, false));
  REQUIRE(store.put_secret_key(Fingerprint(40, 'B'), Secret(std::string_view("other"))));
  REQUIRE(store.delete_secret_key(fingerprint));
  CHECK(*store.secret_fingerprints() == std::vector{Fingerprint(40, 'B')});
  const auto left = std::filesystem::directory_iterator(f.paths.root + "/private");
  CHECK(std::distance(begin(left), end(left)) == 1);
}

TEST_CASE("keystore/secrets: a file that is open to others, or a symbolic link, is not used") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.put(store, alice);
  REQUIRE(store.put_secret_key(fingerprint, Secret(alice)));
  const std::string path = f.paths.root + "/private/" + fingerprint + ".pgp";
  SUBCASE("readable by the group") {
    chmod(path.c_str(), 0640);
  }
  SUBCASE("a symbolic link") {
    std::filesystem::rename(path, f.directory.path + "/moved");
    std::filesystem::create_symlink(f.directory.path + "/moved", path);
  }
  SUBCASE("a directory") {
    std::filesystem::remove(path);
    std::filesystem::create_directory(path);
  }
  const auto secret = store.secret_key(fingerprint);
  CHECK(code_of(secret) == "store.mode");
  CHECK(secret.error().kind == ErrorKind::config);
  CHECK_FALSE(store.secret_keys(fingerprint.substr(24)));
}
