#include "fixture.hpp"

using namespace sm;
using namespace sm::test;

TEST_CASE("keystore/certificates: nothing is created before something has to be written") {
  Fixture f;
  Keystore store = f.open();
  CHECK(store.certificates(std::string(16, 'A'))->empty());
  CHECK(store.certificates(std::string(40, 'A'))->empty());
  CHECK(store.secret_keys(std::string(16, 'A'))->empty());
  CHECK(store.secret_fingerprints()->empty());
  CHECK(store.list_certificates()->empty());
  CHECK(store.list_bindings()->empty());
  CHECK_FALSE(store.binding("a@b")->has_value());
  CHECK(store.claimants("a@b")->empty());
  CHECK_FALSE(*store.forget("a@b"));
  CHECK(store.delete_certificate(std::string(40, 'A')));
  CHECK(store.delete_secret_key(std::string(40, 'A')));
  CHECK(store.record_conflict("a@b", std::string(40, 'A'), BindingSource::wkd));
  CHECK_FALSE(std::filesystem::exists(f.paths.root));
}

TEST_CASE("keystore/certificates: the layout is that of draft-nwjw-openpgp-cert-d") {
  Fixture f;
  Keystore store = f.open();
  const std::string certificate = toy("alice", {"Alice <alice@example.org>"});
  const Fingerprint fingerprint = f.put(store, certificate);
  const std::string path = f.certificate_path(fingerprint);
  CHECK(path.size() == f.paths.certificates.size() + 1 + 2 + 1 + 38);
  CHECK(*read_file(path, 1000) == certificate);
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 07777) == 0644);
  CHECK(std::filesystem::exists(f.paths.certificates + "/writelock"));
  CHECK(*store.certificate(fingerprint) == certificate);
  CHECK(*store.list_certificates() == std::vector{fingerprint});
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(path).parent_path())) {
    CHECK(entry.path() == path);  // no temporary file is left
  }
}

TEST_CASE("keystore/certificates: special names, version 6 and whatever else lies about are none of ours") {
  Fixture f;
  const Fingerprint fingerprint = f.plant(toy("alice", {"alice@example.org"}));
  const std::string trust_root = toy("root", {"alice@example.org"});
  for (const char* name : {"trust-root", "_sequoia_ca_trust_root.pgp", ".tmpAbCdEf", "ab", "0", "AB"}) {
    REQUIRE(write_file(f.paths.certificates + '/' + name, trust_root, 0644, false));
  }
  const std::string shard = std::filesystem::path(f.certificate_path(fingerprint)).parent_path();
  REQUIRE(write_file(shard + '/' + std::string(62, 'a'), trust_root, 0644, false));
  REQUIRE(write_file(shard + '/' + std::string(38, 'A'), trust_root, 0644, false));
  REQUIRE(write_file(shard + "/.smtools-0123456789abcdef", trust_root, 0644, false));
  Keystore store = f.open();
  CHECK(*store.list_certificates() == std::vector{fingerprint});
  CHECK(*store.claimants("alice@example.org") == std::vector{fingerprint});
}

TEST_CASE("keystore/certificates: putting merges with what another program put there") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.plant(toy("alice", {"alice@example.org"}));
  const std::string more = toy("alice", {"alice@work.example"});
  CHECK(*store.put_certificate(*f.reader.inspect(more), more) == Change::updated);
  CHECK(*store.certificate(fingerprint) == toy("alice", {"alice@example.org", "alice@work.example"}));
  CHECK(*store.claimants("alice@example.org") == std::vector{fingerprint});
  CHECK(*store.claimants("alice@work.example") == std::vector{fingerprint});
}

TEST_CASE("keystore/certificates: what brings nothing new changes nothing, in whatever order it comes") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint fingerprint = f.put(store, toy("alice", {"a@x", "b@x"}));
  const auto before = std::filesystem::last_write_time(f.certificate_path(fingerprint));
  for (const std::string& again : {toy("alice", {"a@x", "b@x"}), toy("alice", {"b@x", "a@x"}), toy("alice", {})}) {
    CHECK(*store.put_certificate(*f.reader.inspect(again), again) == Change::unchanged);
  }
  CHECK(std::filesystem::last_write_time(f.certificate_path(fingerprint)) == before);
  CHECK(store::same_packets(toy("alice", {"a@x", "b@x"}), toy("alice", {"b@x", "a@x"})));
  CHECK_FALSE(store::same_packets(toy("alice", {"a@x", "a@x"}), toy("alice", {"a@x", "b@x"})));
  CHECK_FALSE(store::same_packets(toy("alice", {"a@x"}), toy("alice", {"a@x", "a@x"})));
}

TEST_CASE("keystore/certificates: a file that can't be read as a certificate is never overwritten") {
  Fixture f;
  Keystore store = f.open();
  const std::string certificate = toy("alice", {"a@x"});
  const Fingerprint fingerprint = f.plant(certificate);
  REQUIRE(write_file(f.certificate_path(fingerprint), "garbage", 0644, false));
  const auto change = store.put_certificate(*f.reader.inspect(certificate), certificate);
  CHECK(code_of(change) == "store.certificate");
  CHECK(change.error().kind == ErrorKind::data);
  CHECK(*read_file(f.certificate_path(fingerprint), 100) == "garbage");
  // And it does not hinder others.
  const Fingerprint other = f.put(store, toy("bob", {"b@x"}));
  CHECK(*store.claimants("b@x") == std::vector{other});
}

TEST_CASE("keystore/certificates: deleting takes it out of the index too") {
  Fixture f;
  Keystore store = f.open();
  const Fingerprint alice = f.put(store, toy("alice", {"a@x"}, {"sub"}));
  const Fingerprint bob = f.put(store, toy("bob", {"a@x"}));
  REQUIRE(store.claimants("a@x")->size() == 2);
  REQUIRE(store.delete_certificate(alice));
  CHECK_FALSE(store.certificate(alice)->has_value());
  CHECK(*store.claimants("a@x") == std::vector{bob});
  CHECK(store.holders(alice.substr(24))->empty());
  CHECK(*store.list_certificates() == std::vector{bob});
  CHECK_FALSE(std::filesystem::exists(f.paths.root + "/index/key/" + alice.substr(24)));
}

TEST_CASE("keystore/certificates: the times of pgp.cert.d itself tell other programs that something changed") {
  Fixture f;
  Keystore store = f.open();
  f.put(store, toy("alice", {"a@x"}));
  const timespec old[2]{{1000, 0}, {1000, 0}};
  REQUIRE(utimensat(AT_FDCWD, f.paths.certificates.c_str(), old, 0) == 0);
  f.put(store, toy("alice", {"b@x"}));
  struct stat status {};
  REQUIRE(stat(f.paths.certificates.c_str(), &status) == 0);
  CHECK(status.st_mtime > 1000);
}

TEST_CASE("keystore/certificates: fingerprints by framing are those of RFC 9580") {
  // The key of RFC 9580 A.1's version 4 relative: an Ed25519 key made with gpg 2.2, its public-key packet and
  // fingerprint.
  const auto body = hex_decode(
      "0453F35F0B16"
      "092B06010401DA470F01"
      "010740"
      "3F098994BDD916ED4053197934E4A87C80733A1280D62F8010992E43EE3B2406");
  REQUIRE(body);
  const auto fingerprints = store::key_fingerprints(packet(packet_public_key, *body));
  REQUIRE(fingerprints.size() == 1);
  CHECK(fingerprints.front() == "C959BDBAFA32A2F89A153B678CFDE12197965A9A");
  CHECK(store::key_fingerprints("garbage").empty());
  CHECK(store::key_fingerprints(packet(packet_public_key, "\x06version six")).empty());
}
