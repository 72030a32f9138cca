// Changes of a key, and the signatures that they are made of. What GnuPG and Sequoia make of them is for
// tests/interop/key-life.sh.
#include <doctest/doctest.h>

#include <algorithm>

#include "backend/rnp/certificate.hpp"
#include "backend/rnp/editor.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/rnp.hpp"
#include "backend/rnp/self_signature.hpp"
#include "crypto/contract.hpp"

using namespace sm;
using contract::code;
using contract::noon;

namespace {

constexpr std::int64_t year = 365 * 86'400;

struct Bench {
  contract::SetClock clock{noon};
  rnp::Reader reader{clock};
  rnp::Generator generator{clock};
  std::string passphrase;
  rnp::Editor editor{[this](const Key&, std::string_view) -> Result<Secret> {
                       if (passphrase.empty()) return fail(ErrorKind::key, "key.locked", "locked");
                       return Secret(passphrase);
                     },
                     clock};

  GeneratedKey make(const std::vector<std::string>& user_ids, const std::string& algorithm = "ed25519") {
    KeyRequest request;
    request.algorithm = algorithm;
    request.lifetime = year;
    request.user_ids = user_ids;
    request.passphrase = Secret(passphrase);
    return std::move(*generator.generate(request));
  }
  // The next second, the key as it then is.
  rnp::OwnKey later(const GeneratedKey& key) {
    clock.set(clock.now() + 1);
    return {key.certificate, key.secret.view()};
  }
  CertificateInfo said(const Result<std::string>& certificate) {
    INFO(code(certificate));
    REQUIRE(certificate);
    return *reader.inspect(*certificate);
  }
};

std::string primary_of(const CertificateInfo& info) {
  std::string all;
  for (const UserId& id : info.user_ids) all += id.primary ? id.text + ';' : "";
  return all;
}

}  // namespace

TEST_CASE("backend/rnp: a signature's subpackets come out as they went in") {
  Bench bench;
  const GeneratedKey key = bench.make({"a <a@x.example>", "b <b@x.example>"});
  std::size_t read = 0;
  for (const Packet& packet : leading_packets(key.certificate).packets) {
    if (packet.tag != packet_signature) continue;
    const auto whole = rnp::SignatureTemplate::of(packet.body);
    REQUIRE(whole);
    CHECK(whole->number(rnp::signature_creation_time) == noon);
    ++read;
    // Cut short or changed anywhere, it is refused or read, never more.
    for (std::size_t size = 0; size < packet.body.size(); ++size) {
      rnp::SignatureTemplate::of(packet.body.substr(0, size));
      std::string changed(packet.body);
      changed[size] = static_cast<char>(changed[size] ^ 0xff);
      rnp::SignatureTemplate::of(changed);
    }
  }
  CHECK(read == 3);

  rnp::SignatureTemplate one(rnp::direct_key);
  CHECK(one.number(rnp::key_expiration_time) == 0);
  one.set_number(rnp::key_expiration_time, 7);
  one.set_number(rnp::key_expiration_time, 0x01020304);
  CHECK(one.number(rnp::key_expiration_time) == 0x01020304);
  one.remove(rnp::key_expiration_time);
  CHECK(one.find(rnp::key_expiration_time) == nullptr);
}

TEST_CASE("backend/rnp: every algorithm signs its own user IDs and subkeys") {
  for (const char* algorithm : {"ed25519", "nistp256", "nistp384", "nistp521", "rsa3072"}) {
    INFO(algorithm);
    Bench bench;
    const GeneratedKey key = bench.make({"a <a@x.example>", "b <b@x.example>"}, algorithm);
    CHECK(primary_of(key.info) == "a <a@x.example>;");
    CHECK(primary_of(bench.said(bench.editor.make_primary(bench.later(key), "b <b@x.example>"))) == "b <b@x.example>;");
    const auto subkey = bench.editor.add_subkey(bench.later(key), "", rnp::SubkeyUse::sign);
    REQUIRE(subkey);
    const CertificateInfo info = *bench.reader.inspect(subkey->certificate);
    REQUIRE(info.subkeys.size() == 2);
    const KeyChoice choice = signing_key(info, bench.clock.now());
    REQUIRE(choice.key);
    CHECK(choice.key->fingerprint == subkey->fingerprint);
    CHECK(choice.key->algorithm == algorithm);
  }
}

TEST_CASE("backend/rnp: an expired key lives again, a subkey ends for itself") {
  Bench bench;
  const GeneratedKey key = bench.make({"a <a@x.example>"});
  bench.clock.set(noon + 2 * year);
  CHECK(bench.reader.inspect(key.certificate)->primary.expired(bench.clock.now()));
  const rnp::OwnKey own = bench.later(key);
  CHECK(code(bench.editor.add_user_id(own, "b <b@x.example>")) == "key.expired");
  const CertificateInfo info = bench.said(bench.editor.set_expiry(own, noon + 3 * year, {}));
  CHECK(info.primary.expires == noon + 3 * year);
  CHECK(info.subkeys.front().expires == noon + 3 * year);
  const CertificateInfo one = bench.said(bench.editor.set_expiry(own, 0, key.info.subkeys.front().fingerprint));
  CHECK(one.primary.expires == noon + year);
  CHECK(one.subkeys.front().expires == 0);
  CHECK(code(bench.editor.set_expiry(own, noon - 1, {})) == "key.lifetime");
  CHECK(code(bench.editor.set_expiry(own, 0, Fingerprint(40, 'A'))) == "key.unknown-subkey");
}

TEST_CASE("backend/rnp: what is revoked stays so, and the graver reason counts") {
  Bench bench;
  const GeneratedKey key = bench.make({"a <a@x.example>", "b <b@x.example>"});
  const auto soft = bench.editor.revoke(bench.later(key), Revocation::superseded, "gone", {});
  CHECK(bench.said(soft).primary.revocation == Revocation::superseded);
  bench.clock.set(bench.clock.now() + 1);
  const rnp::OwnKey revoked{*soft, key.secret.view()};
  CHECK(code(bench.editor.set_expiry(revoked, 0, {})) == "key.revoked");
  const auto hard = bench.editor.revoke(revoked, Revocation::compromised, "", {});
  CHECK(bench.said(hard).primary.revocation == Revocation::compromised);

  const auto without_a = bench.editor.revoke_user_id(bench.later(key), "a <a@x.example>");
  CHECK(primary_of(bench.said(without_a)) == "b <b@x.example>;");
  bench.clock.set(bench.clock.now() + 1);
  const rnp::OwnKey less{*without_a, key.secret.view()};
  CHECK(code(bench.editor.revoke_user_id(less, "b <b@x.example>")) == "key.last-user-id");
  CHECK(code(bench.editor.add_user_id(less, "a <a@x.example>")) == "key.user-id-exists");
  // The revoked one said another end than the one that is left now does.
  CHECK(bench.said(bench.editor.set_expiry(less, noon + 5 * year, {})).primary.expires == noon + 5 * year);
}

TEST_CASE("backend/rnp: a stand-alone revocation changes nothing until it is applied") {
  Bench bench;
  const GeneratedKey key = bench.make({"a <a@x.example>"});
  const auto packet = bench.editor.revocation(bench.later(key), Revocation::retired, "");
  REQUIRE(packet);
  const auto applied = bench.reader.apply_revocation(key.certificate, *packet);
  REQUIRE(applied);
  REQUIRE(*applied);
  CHECK(bench.reader.inspect(**applied)->primary.revocation == Revocation::retired);
}

TEST_CASE("backend/rnp: a new passphrase for every part, or for none") {
  Bench bench;
  bench.passphrase = "old";
  const GeneratedKey key = bench.make({"a <a@x.example>"});
  const auto fresh = []() -> Result<Secret> { return Secret(std::string_view("new")); };
  const auto changed = bench.editor.change_passphrase(key.secret.view(), fresh);
  REQUIRE(changed);
  // Nothing else changes.
  CHECK(rnp::public_certificate(changed->view()) == rnp::public_certificate(key.secret.view()));
  CHECK(code(bench.editor.change_passphrase(changed->view(), fresh)) == "key.passphrase");
  bench.passphrase = "new";
  CHECK(bench.editor.change_passphrase(changed->view(), fresh));
  const auto too_long = []() -> Result<Secret> { return Secret(std::string(256, 'x')); };
  CHECK(code(bench.editor.change_passphrase(changed->view(), too_long)) == "key.passphrase-form");
  CHECK(code(bench.reader.merge_secrets(key.secret.view(), changed->view())) == "store.secret-conflict");
}

TEST_CASE("backend/rnp: secret keys are composed of what the certificate says, and merged without loss") {
  Bench bench;
  const GeneratedKey key = bench.make({"b <b@x.example>", "a <a@x.example>"});
  CHECK(bench.reader.compose_secret(key.certificate, key.secret.view())->view() == key.secret.view());
  const auto subkey = bench.editor.add_subkey(bench.later(key), "", rnp::SubkeyUse::encrypt);
  REQUIRE(subkey);
  // Without its secret part it is a stub, which is no secret key.
  const auto with_stub = bench.reader.compose_secret(subkey->certificate, key.secret.view());
  REQUIRE(with_stub);
  CHECK(bench.reader.read(with_stub->view())->keys.front().secret_available.size() == 2);
  const auto whole = bench.reader.merge_secrets(with_stub->view(), subkey->secret.view());
  REQUIRE(whole);
  REQUIRE(*whole);
  CHECK(bench.reader.read((*whole)->view())->keys.front().secret_available.size() == 3);
  CHECK_FALSE(bench.reader.merge_secrets((*whole)->view(), with_stub->view())->has_value());
  // A secret part of another key is none of it.
  const auto old = bench.reader.compose_secret(key.certificate, (*whole)->view());
  CHECK(old->view() == key.secret.view());
}
