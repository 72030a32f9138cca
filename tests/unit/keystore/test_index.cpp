#include <set>

#include "fixture.hpp"
#include "keystore/index.hpp"

using namespace sm;
using namespace sm::test;

namespace {

std::string key_id(const Fingerprint& fingerprint) {
  return fingerprint.substr(24);
}

Fingerprint subkey_of(std::string_view certificate, std::size_t number = 1) {
  return store::key_fingerprints(certificate).at(number);
}

// Every file below index/ but the lock, with its content, and without the times, which depend on the day.
std::set<std::pair<std::string, std::string>> content_of_index(const Fixture& f) {
  std::set<std::pair<std::string, std::string>> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(f.paths.root + "/index")) {
    if (!entry.is_regular_file() || entry.path().filename() == "lock" || entry.path().filename() == "times") continue;
    files.emplace(entry.path(), *read_file(entry.path(), 1 << 20));
  }
  return files;
}

}  // namespace

TEST_CASE("keystore/index: a key is found by fingerprint and key ID, primary and subkey") {
  Fixture f;
  Keystore store = f.open();
  const std::string alice = toy("alice", {"a@x"}, {"sub one", "sub two"});
  const std::string bob = toy("bob", {"b@x"}, {"sub three"});
  const Fingerprint fingerprint = f.put(store, alice);
  f.put(store, bob);
  const int inspections = f.reader.inspections;
  for (const Fingerprint& key : store::key_fingerprints(alice)) {
    CHECK(*store.certificates(key) == std::vector{alice});
    CHECK(*store.certificates(key_id(key)) == std::vector{alice});
    CHECK(*store.holders(key) == std::vector{fingerprint});
    CHECK(*store.holders(key_id(key)) == std::vector{fingerprint});
  }
  CHECK(f.reader.inspections == inspections);  // a look-up by key inspects nothing
}

TEST_CASE("keystore/index: certificates that share a subkey are all found") {
  Fixture f;
  Keystore store = f.open();
  const std::string alice = toy("alice", {"a@x"}, {"shared"});
  std::vector<Fingerprint> both{f.put(store, alice), f.put(store, toy("bob", {"b@x"}, {"shared"}))};
  std::ranges::sort(both);
  CHECK(*store.holders(key_id(subkey_of(alice))) == both);
  CHECK(store.certificates(subkey_of(alice))->size() == 2);
}

TEST_CASE("keystore/index: a subkey that is not rightly bound leads nowhere") {
  Fixture f;
  Keystore store = f.open();
  const std::string mallory = toy("mallory", {"m@x"}, {"stolen!"});
  f.put(store, mallory);
  CHECK(store.holders(subkey_of(mallory))->empty());
}

TEST_CASE("keystore/index: an address is claimed by valid user IDs only, in lower case") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint alice = f.put(store, toy("alice", {"Alice <Alice@Example.ORG>", "!bob@example.org"}));
  CHECK(*store.claimants("alice@example.org") == std::vector{alice});
  CHECK(store.claimants("bob@example.org")->empty());
  CHECK(store.claimants("Alice@Example.ORG")->empty());
}

TEST_CASE("keystore/index: what other programs add, change and remove is seen by the next question") {
  Fixture f;
  f.put(*std::make_unique<Keystore>(f.open()), toy("first", {"first@x"}));
  for (const bool aged : {false, true}) {
    CAPTURE(aged);
    const std::string seed = aged ? "aged" : "fresh";
    const std::string address = seed + "@x";
    if (aged) f.age_shards(2000);
    REQUIRE(f.open().claimants("nobody@x")->empty());  // takes in all there is
    if (aged) REQUIRE(f.open().claimants("nobody@x")->empty());
    const std::string certificate = toy(seed, {address}, {seed + " sub"});
    const Fingerprint fingerprint = f.plant(certificate);
    if (aged) f.age_shards(1000);
    SUBCASE("by address") {
      CHECK(*f.open().claimants(address) == std::vector{fingerprint});
    }
    SUBCASE("by key ID") {
      CHECK(*f.open().holders(key_id(fingerprint)) == std::vector{fingerprint});
    }
    SUBCASE("by subkey") {
      CHECK(*f.open().certificates(subkey_of(certificate)) == std::vector{certificate});
    }
    // Changed by a rename: loses the address and the subkey, gains others.
    const std::string changed = toy(seed, {"new-" + address}, {seed + " other sub"});
    f.plant(changed);
    if (aged) f.age_shards(900);
    Keystore store = f.open();
    CHECK(store.claimants(address)->empty());
    CHECK(*store.claimants("new-" + address) == std::vector{fingerprint});
    CHECK(store.holders(subkey_of(certificate))->empty());
    CHECK(*store.holders(subkey_of(changed)) == std::vector{fingerprint});
    std::filesystem::remove(f.certificate_path(fingerprint));
    if (aged) f.age_shards(800);
    CHECK(store.claimants("new-" + address)->empty());
    CHECK(store.holders(key_id(fingerprint))->empty());
    std::filesystem::remove_all(std::filesystem::path(f.certificate_path(fingerprint)).parent_path());
    CHECK(store.claimants("new-" + address)->empty());
  }
}

TEST_CASE("keystore/index: a certificate is inspected once, and again only when its file changed") {
  Fixture f;
  std::vector<Fingerprint> planted;
  for (int i = 0; i < 20; ++i) planted.push_back(f.plant(toy("key " + std::to_string(i), {std::to_string(i) + "@x"})));
  CHECK(f.open().claimants("3@x")->size() == 1);
  CHECK(f.reader.inspections == 20);
  for (int i = 0; i < 20; ++i) CHECK(f.open().claimants(std::to_string(i) + "@x")->size() == 1);
  CHECK(f.reader.inspections == 20);
  f.plant(toy("key 7", {"7@x", "seven@x"}));
  CHECK(f.open().claimants("seven@x")->size() == 1);
  CHECK(f.reader.inspections == 21);
}

TEST_CASE("keystore/index: a directory is remembered only when its time can tell a later change") {
  Fixture f;
  const Fingerprint fingerprint = f.plant(toy("alice", {"a@x"}));
  const std::string shard = lower(fingerprint.substr(0, 2));
  const auto remembered = [&] {
    const std::string times = *read_file(f.paths.root + "/index/times", 1 << 20);
    return times.find('\n' + shard + " 0.0\n") == std::string::npos;
  };
  REQUIRE(f.open().claimants("a@x")->size() == 1);
  CHECK_FALSE(remembered());
  f.clock.time += 10;
  REQUIRE(f.open().claimants("a@x")->size() == 1);
  CHECK(remembered());

  // The race itself: somebody writes right after we looked, within the same tick of the file system's clock.
  const std::string path = f.certificate_path(fingerprint);
  const std::string directory = std::filesystem::path(path).parent_path();
  const timespec tick[2]{{f.clock.time, 0}, {f.clock.time, 0}};
  REQUIRE(utimensat(AT_FDCWD, directory.c_str(), tick, 0) == 0);
  REQUIRE(f.open().claimants("late@x")->empty());
  f.plant(toy("alice", {"late@x"}));
  REQUIRE(utimensat(AT_FDCWD, directory.c_str(), tick, 0) == 0);
  CHECK(f.open().claimants("late@x")->size() == 1);
}

TEST_CASE("keystore/index: a file changed in place is never believed by what the index says of it") {
  Fixture f;
  const Fingerprint fingerprint = f.plant(toy("alice", {"a@x"}, {"sub"}));
  f.age_shards();
  REQUIRE(f.open().claimants("a@x")->size() == 1);
  const std::string changed = toy("alice", {"other@x"}, {"other sub"});
  std::filesystem::resize_file(f.certificate_path(fingerprint), 0);
  FILE* file = fopen(f.certificate_path(fingerprint).c_str(), "r+");
  REQUIRE(file != nullptr);
  fwrite(changed.data(), 1, changed.size(), file);
  fclose(file);
  CHECK(f.open().claimants("a@x")->empty());
  CHECK(f.open().holders(subkey_of(toy("alice", {}, {"sub"})))->empty());
}

TEST_CASE("keystore/index: a writer who comes late to the index does not undo what another indexed since") {
  Fixture f;
  const std::string old = toy("alice", {"old@x"});
  const Fingerprint fingerprint = f.plant(old);
  store::CertD certificates(f.paths.certificates);
  const store::FileStamp stamp = *certificates.stamp(fingerprint);
  f.plant(toy("alice", {"new@x"}));
  f.age_shards();
  REQUIRE(f.open().claimants("new@x")->size() == 1);
  store::Index index(f.paths.root, certificates, f.reader, f.clock, toy_address);
  index.put(*f.reader.inspect(old), stamp);
  CHECK(f.open().claimants("new@x")->size() == 1);
  index.remove(fingerprint);  // by one who did not see it come back
  CHECK(f.open().claimants("new@x")->size() == 1);
}

TEST_CASE("keystore/index: it may be deleted, in whole or in part, at any time") {
  Fixture f;
  const std::string alice = toy("alice", {"a@x"}, {"sub"});
  Fingerprint fingerprint;
  {
    Keystore store = f.open();
    fingerprint = f.put(store, alice);
    f.put(store, toy("bob", {"b@x"}));
    f.age_shards();
    REQUIRE(store.claimants("a@x")->size() == 1);
  }
  const std::string index = f.paths.root + "/index";
  const auto complete = content_of_index(f);
  const auto check = [&](Keystore store) {
    CHECK(*store.claimants("a@x") == std::vector{fingerprint});
    CHECK(*store.certificates(key_id(subkey_of(alice))) == std::vector{alice});
    CHECK(*store.holders(subkey_of(alice)) == std::vector{fingerprint});
  };
  SUBCASE("all of it") {
    std::filesystem::remove_all(index);
  }
  SUBCASE("the times") {
    std::filesystem::remove(index + "/times");
  }
  SUBCASE("the keys") {
    std::filesystem::remove_all(index + "/key");
  }
  SUBCASE("the addresses") {
    std::filesystem::remove_all(index + "/address");
  }
  SUBCASE("the shards") {
    std::filesystem::remove_all(index + "/shard");
  }
  SUBCASE("the times and a directory") {
    std::filesystem::remove(index + "/times");
    std::filesystem::remove_all(index + "/key");
  }
  SUBCASE("under an open keystore") {
    Keystore store = f.open();
    std::filesystem::remove_all(index);
    check(std::move(store));
  }
  check(f.open());
  CHECK(content_of_index(f) == complete);
}

TEST_CASE("keystore/index: damage is found and everything made anew") {
  Fixture f;
  const std::string alice = toy("alice", {"a@x"}, {"sub"});
  Keystore store = f.open();
  const Fingerprint fingerprint = f.put(store, alice);
  f.age_shards();
  REQUIRE(store.claimants("a@x")->size() == 1);
  const auto complete = content_of_index(f);
  const std::string index = f.paths.root + "/index/";
  const std::string shard = "shard/" + lower(fingerprint.substr(0, 2));
  for (const std::string& name : {"key/" + key_id(subkey_of(alice)), "address/" + binding_file_name("a@x")}) {
    for (const std::string text : {"", "garbage\n", "garbage", "\n"}) {
      CAPTURE(name);
      CAPTURE(text);
      REQUIRE(write_file(index + name, text, 0644, false));
      Keystore again = f.open();
      CHECK(*again.claimants("a@x") == std::vector{fingerprint});
      CHECK(*again.holders(key_id(subkey_of(alice))) == std::vector{fingerprint});
      CHECK(content_of_index(f) == complete);
    }
  }
  for (const std::string& name : {shard, std::string("times")}) {
    for (const std::string text : {"", "garbage\n", "certificate\n", "key AAAA\n"}) {
      CAPTURE(name);
      CAPTURE(text);
      REQUIRE(write_file(index + name, text, 0644, false));
      const std::string more = toy("alice", {"a@x", "more " + name + text + "@x"}, {"sub"});
      f.plant(more);
      f.age_shards(900 - static_cast<std::int64_t>(text.size()));
      Keystore again = f.open();
      CHECK(*again.claimants("a@x") == std::vector{fingerprint});
      CHECK(*again.holders(key_id(subkey_of(alice))) == std::vector{fingerprint});
    }
  }
}

TEST_CASE("keystore/index: reindexing makes the same index, and inspects each certificate once") {
  Fixture f;
  Keystore store = f.open();
  for (int i = 0; i < 12; ++i) {
    const std::string number = std::to_string(i);
    f.put(store, toy("key " + number, {number + "@x", "all@x"}, {"sub " + number}));
  }
  f.age_shards();
  REQUIRE(store.claimants("all@x")->size() == 12);
  const auto before = content_of_index(f);
  REQUIRE(write_file(f.paths.root + "/index/address/stray", "stray\n", 0644, false));
  f.reader.inspections = 0;
  REQUIRE(store.reindex());
  CHECK(f.reader.inspections == 12);
  CHECK(content_of_index(f) == before);
  CHECK(store.claimants("all@x")->size() == 12);
}

TEST_CASE("keystore/index: an index about another pgp.cert.d is not believed") {
  Fixture f;
  const Fingerprint here = f.put(*std::make_unique<Keystore>(f.open()), toy("here", {"a@x"}));
  REQUIRE(f.open().claimants("a@x")->size() == 1);
  const std::string first = f.paths.certificates;
  f.paths.certificates = f.directory.path + "/elsewhere";
  CHECK(f.open().claimants("a@x")->empty());
  const Fingerprint there = f.plant(toy("there", {"a@x"}));
  CHECK(*f.open().claimants("a@x") == std::vector{there});
  f.paths.certificates = first;
  CHECK(*f.open().claimants("a@x") == std::vector{here});
}

TEST_CASE("keystore/index: files that are no certificates, or not the one that their name says, are passed over") {
  Fixture f;
  const Fingerprint alice = f.plant(toy("alice", {"a@x"}));
  const Fingerprint bob = f.fingerprint_of(toy("bob", {}));
  std::filesystem::create_directories(std::filesystem::path(f.certificate_path(bob)).parent_path());
  REQUIRE(write_file(f.certificate_path(bob), toy("mallory", {"a@x", "b@x"}), 0644, false));
  const Fingerprint garbage = f.fingerprint_of(toy("garbage", {}));
  std::filesystem::create_directories(std::filesystem::path(f.certificate_path(garbage)).parent_path());
  REQUIRE(write_file(f.certificate_path(garbage), "garbage", 0644, false));
  Keystore store = f.open();
  CHECK(*store.claimants("a@x") == std::vector{alice});
  CHECK(store.claimants("b@x")->empty());
  CHECK(store.holders(key_id(bob))->empty());
  const int inspections = f.reader.inspections;
  CHECK(store.claimants("b@x")->empty());
  CHECK(f.reader.inspections == inspections);  // nor looked at again
}
