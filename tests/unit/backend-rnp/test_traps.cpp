// What RNP 0.16 does that a caller would not expect, on keys and messages by GnuPG (data/make.sh).
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/rnp.hpp"
#include "backend/rnp/stand_in.hpp"
#include "crypto/armor.hpp"
#include "crypto/contract.hpp"

using namespace sm;
using contract::code;

namespace {

// 2023-11-15, in the middle of what data/make.sh plays.
constexpr std::int64_t day_15 = 1'700'049'600;
constexpr std::int64_t day = 86'400;

std::string data(const std::string& name) {
  std::ifstream file(SM_TEST_DATA "/data/" + name, std::ios::binary);
  REQUIRE_MESSAGE(file, name);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Desk {
  contract::SetClock clock{day_15};
  contract::MemoryKeys keys;
  contract::Passphrases passphrases;
  rnp::Reader reader{clock};
  rnp::Engine engine{keys, passphrases.source(), clock};

  ImportedKey add(const std::string& name) {
    auto input = reader.read(data(name));
    INFO(name, " ", code(input));
    REQUIRE(input);
    REQUIRE(input->keys.size() == 1);
    CHECK(input->skipped.empty());
    keys.add(input->keys.front());
    return std::move(input->keys.front());
  }
  std::vector<Signature> verify(const std::string& signature, const std::string& text = data("hello.txt")) {
    StringSource source(text);
    auto result = engine.verify(source, data(signature));
    INFO(signature, " ", code(result));
    REQUIRE(result);
    return std::move(*result);
  }
  Result<Decryption> decrypt(const std::string& message) {
    const std::string bytes = data(message);
    StringSource source(bytes);
    StringSink sink;
    auto result = engine.decrypt(source, sink, {});
    plain = sink.take();
    return result;
  }
  // From bytes that can be had a second time.
  Result<Decryption> decrypt_twice(const std::string& bytes, const DecryptionLimits& bounds = {}) {
    StringSource source(bytes);
    StringSink sink;
    auto result = engine.decrypt({source, [&] { return std::make_unique<StringSource>(bytes); }}, sink, bounds);
    plain = sink.take();
    return result;
  }
  std::string plain;
};

const std::string hello = "Hello, world.\n";

}  // namespace

TEST_CASE("backend-rnp/traps: a weak hash is checked, and named") {
  Desk desk;
  desk.add("ann.pgp");
  for (const char* hash : {"md5", "sha1", "sha512"}) {
    CAPTURE(hash);
    const auto found = desk.verify("ann-" + std::string(hash) + ".sig");
    REQUIRE(found.size() == 1);
    CHECK(found[0].state == SignatureState::right);
    CHECK(found[0].hash == hash);
    CHECK_FALSE(found[0].key.weak);
    CHECK(desk.verify("ann-" + std::string(hash) + ".sig", "Hello")[0].state == SignatureState::wrong);
  }
}

TEST_CASE("backend-rnp/traps: a weak key is named") {
  Desk desk;
  desk.add("gus.pgp");
  const auto found = desk.verify("gus.sig");
  REQUIRE(found.size() == 1);
  CHECK(found[0].state == SignatureState::right);
  CHECK(found[0].key.weak);
  CHECK(found[0].key.algorithm == "dsa1024");
  CHECK(found[0].certificate.subkeys.empty());  // one that does not sign is not even looked at
}

TEST_CASE("backend-rnp/traps: a signature in text mode covers lines, not line ends") {
  Desk desk;
  desk.add("ann.pgp");
  CHECK(desk.verify("ann-text.sig")[0].state == SignatureState::right);
  CHECK(desk.verify("ann-text.sig", "Hello, world.\r\n")[0].state == SignatureState::right);
  CHECK(desk.verify("ann-text.sig", "Hello, world. \n")[0].state == SignatureState::wrong);
  CHECK(desk.verify("ann-sha512.sig", "Hello, world.\r\n")[0].state == SignatureState::wrong);
}

TEST_CASE("backend-rnp/traps: a signature that expired or lies in the future is right, with its times") {
  Desk desk;
  desk.add("ann.pgp");
  const auto expired = desk.verify("ann-expired.sig")[0];
  CHECK(expired.state == SignatureState::right);
  CHECK(expired.expires == expired.created + day);
  CHECK(expired.expires < day_15);
  CHECK(desk.verify("ann-expired.sig", "Hello")[0].state == SignatureState::wrong);
  const auto future = desk.verify("ann-future.sig")[0];
  CHECK(future.state == SignatureState::right);
  CHECK(future.created > day_15);
  CHECK(desk.verify("ann-future.sig", "Hello")[0].state == SignatureState::wrong);
}

TEST_CASE("backend-rnp/traps: a signature by a key that had expired is told from a wrong one") {
  Desk desk;
  desk.add("ann.sec.pgp");
  const auto bob = desk.add("bob-expired.pgp");
  CHECK(bob.info.primary.valid);
  CHECK(bob.info.primary.expires == bob.info.primary.created + 4 * day);
  const auto right = desk.verify("bob.sig")[0];
  CHECK(right.state == SignatureState::right);
  CHECK(right.created > right.key.expires);
  CHECK(right.certificate.primary == bob.info.primary);
  CHECK(right.certificate.user_ids == bob.info.user_ids);
  CHECK(desk.verify("bob.sig", "Hello")[0].state == SignatureState::wrong);
  // Inside an encrypted message, and whatever was loaded before.
  REQUIRE(desk.engine.certificate(bob.info.fingerprint()));
  const auto message = desk.decrypt("bob.msg");
  REQUIRE(message);
  CHECK(desk.plain == hello);
  REQUIRE(message->signatures.size() == 1);
  CHECK(message->signatures[0].state == SignatureState::right);
  CHECK(message->signatures[0].certificate.primary == bob.info.primary);
  CHECK(message->signatures[0].certificate.user_ids == bob.info.user_ids);
  // The made-up key is gone: the certificate is what it was.
  CHECK(**desk.engine.certificate(bob.info.fingerprint()) == bob.info);
}

TEST_CASE("backend-rnp/traps: a signature by a revoked key is told from a wrong one") {
  for (const auto& [file, reason] : {std::pair{"dan-revocation-1.asc", Revocation::compromised},
                                     std::pair{"dan-revocation-2.asc", Revocation::superseded}}) {
    Desk desk;
    const auto input = desk.reader.read(data(file));
    REQUIRE(input);
    REQUIRE(input->revocations.size() == 1);
    const auto revoked = desk.reader.apply_revocation(data("dan.pgp"), input->revocations[0].packets);
    REQUIRE(revoked);
    REQUIRE(*revoked);
    const auto info = desk.reader.inspect(**revoked);
    REQUIRE(info);
    CHECK(info->primary.revocation == reason);
    CHECK(info->primary.revoked_at == day_15 - 3 * day);
    CHECK(info->primary.valid);
    desk.keys.add(*info, **revoked);
    CHECK(desk.verify("dan.sig")[0].state == SignatureState::right);
    CHECK(desk.verify("dan.sig", "Hello")[0].state == SignatureState::wrong);
    CHECK(desk.verify("dan.sig")[0].key.revocation == reason);
  }
}

TEST_CASE("backend-rnp/traps: GnuPG's revocation certificate is kept from import by its colon") {
  Desk desk;
  const std::string file = data("dan.rev");
  REQUIRE(file.find("\n:-----BEGIN PGP") != file.npos);
  CHECK(code(desk.reader.read(file)) == "crypto.no-key");
  std::string armed = file;
  armed.erase(armed.find("\n:-----BEGIN PGP") + 1, 1);
  const auto input = desk.reader.read(armed);
  REQUIRE(input);
  CHECK(input->revocations.size() == 1);
}

TEST_CASE("backend-rnp/traps: nobody adopts another's signing key") {
  Desk desk;
  const std::string ann = data("ann.pgp");
  // Ann's key as a subkey, bound without flags and without Ann's consent.
  const std::string thief = rnp::stand_in(leading_packets(ann).packets.front().body);
  const auto info = desk.reader.inspect(thief);
  REQUIRE(info);
  REQUIRE(info->subkeys.size() == 1);
  CHECK(info->subkeys[0].valid);
  CHECK_FALSE(info->subkeys[0].can_sign);
  desk.keys.add(*info, thief);
  CHECK(desk.verify("ann-sha512.sig")[0].state == SignatureState::unknown_key);
  const auto true_ann = desk.add("ann.pgp");
  const auto found = desk.verify("ann-sha512.sig")[0];
  CHECK(found.state == SignatureState::right);
  CHECK(found.certificate.primary == true_ann.info.primary);
  CHECK(found.certificate.user_ids == true_ann.info.user_ids);
}

TEST_CASE("backend-rnp/traps: a primary key that is elsewhere is never picked") {
  Desk desk;
  const auto fay = desk.add("fay-offline.sec.pgp");
  CHECK(fay.secret_protected);
  CHECK(fay.secret.view() == data("fay-offline.sec.pgp"));
  REQUIRE(fay.secret_available.size() == 2);
  CHECK(std::ranges::find(fay.secret_available, fay.info.fingerprint()) == fay.secret_available.end());
  const auto choice = signing_key(fay.info, day_15, fay.secret_available);
  REQUIRE(choice.key);
  desk.passphrases.text = "secret";
  StringSource source(hello);
  const auto signature = desk.engine.sign(source, choice.key->fingerprint, Hash::sha512);
  INFO(code(signature));
  REQUIRE(signature);
  CHECK(signature->hash == "sha512");
  StringSource again(hello);
  const auto verified = desk.engine.verify(again, signature->packets);
  REQUIRE(verified);
  CHECK(verified->front().state == SignatureState::right);
  CHECK(verified->front().key.fingerprint == choice.key->fingerprint);
  CHECK(code(desk.engine.sign(source, fay.info.fingerprint(), Hash::automatic)) == "key.missing");
}

TEST_CASE("backend-rnp/traps: asked for a key that may not sign, no other signs in its place") {
  Desk desk;
  const auto fay = desk.add("fay.sec.pgp");
  REQUIRE(fay.secret_available.size() == 3);
  desk.passphrases.text = "secret";
  StringSource source(hello);
  CHECK(code(desk.engine.sign(source, fay.info.fingerprint(), Hash::automatic)) == "key.unusable");
  EncryptionRequest request;
  request.recipients = {fay.info.fingerprint()};
  request.sign_with = fay.info.fingerprint();
  StringSink sink;
  CHECK(code(desk.engine.encrypt(source, sink, request)) == "key.unusable");
  CHECK(desk.passphrases.asked == 0);
}

struct Backend {
  using Generator = rnp::Generator;
};

TEST_CASE("backend-rnp/traps: an expired key neither signs nor is encrypted to") {
  Desk desk;
  const auto key = contract::make_key<Backend>(desk.clock, "ed25519", {"Kim <kim@k.example>"}, {}, 100);
  desk.keys.add(key);
  contract::SetClock later(day_15 + 101);
  rnp::Engine engine(desk.keys, {}, later);
  StringSource source(hello);
  CHECK(code(engine.sign(source, key.info.fingerprint(), Hash::automatic)) == "key.unusable");
  EncryptionRequest request;
  request.recipients = {key.info.fingerprint()};
  StringSink sink;
  CHECK(code(engine.encrypt(source, sink, request)) == "key.expired");
  CHECK(sink.text().empty());
}

TEST_CASE("backend-rnp/traps: hidden recipients are found") {
  Desk desk;
  // Others to be tried, of the same and of another algorithm.
  desk.keys.add(contract::make_key<Backend>(desk.clock, "ed25519", {"Kim <kim@k.example>"}));
  desk.keys.add(contract::make_key<Backend>(desk.clock, "rsa3072", {"Lea <lea@l.example>"}));
  CHECK(code(desk.decrypt("hidden.msg")) == "key.missing");
  const auto ann = desk.add("ann.sec.pgp");
  const auto message = desk.decrypt("hidden.msg");
  INFO(code(message));
  REQUIRE(message);
  CHECK(desk.plain == hello);
  CHECK(message->key == ann.info.subkeys.at(0).fingerprint);
  CHECK(message->recipients == std::vector<std::string>{"0000000000000000"});
  Desk nobody;
  CHECK(code(nobody.decrypt("hidden.msg")) == "key.missing");
}

TEST_CASE("backend-rnp/traps: a message for a password") {
  Desk desk;
  CHECK(code(desk.decrypt("password.msg")) == "key.locked");
  desk.passphrases.text = "wrong";
  CHECK(code(desk.decrypt("password.msg")) == "key.passphrase");
  CHECK(desk.plain.empty());
  desk.passphrases.text = "secret";
  const auto message = desk.decrypt("password.msg");
  REQUIRE(message);
  CHECK(desk.plain == hello);
  CHECK(message->key.empty());
  CHECK(message->recipients.empty());
  CHECK(desk.passphrases.keys.back().empty());
  const int asked = desk.passphrases.asked;
  desk.add("ann.sec.pgp");
  const auto either = desk.decrypt("ann-or-password.msg");
  REQUIRE(either);
  CHECK_FALSE(either->key.empty());
  CHECK(desk.passphrases.asked == asked);
}

TEST_CASE("backend-rnp/traps: signatures inside, by two, one of them a stranger") {
  Desk desk;
  const auto ann = desk.add("ann.sec.pgp");
  const auto one = desk.decrypt("signed.msg");
  REQUIRE(one);
  CHECK(desk.plain == hello);
  REQUIRE(one->signatures.size() == 1);
  CHECK(one->signatures[0].state == SignatureState::right);
  CHECK(one->signatures[0].certificate.primary == ann.info.primary);
  CHECK(one->signatures[0].certificate.user_ids == ann.info.user_ids);
  const auto two = desk.decrypt("signed-by-two.msg");
  REQUIRE(two);
  CHECK(desk.plain == hello);
  REQUIRE(two->signatures.size() == 2);
  const auto states = std::pair{std::min(two->signatures[0].state, two->signatures[1].state),
                                std::max(two->signatures[0].state, two->signatures[1].state)};
  CHECK(states.first == SignatureState::right);
  CHECK(states.second == SignatureState::unknown_key);
}

TEST_CASE("backend-rnp/traps: what has no integrity protection is refused") {
  Desk desk;
  desk.add("ann.sec.pgp");
  REQUIRE(desk.decrypt("plain.msg"));
  CHECK(desk.plain == hello);
  std::string message = data("plain.msg");
  // The container, of definite length in the new format, as one of tag 9 without its version.
  const std::size_t container = leading_packets(message).packets.front().raw.size();
  REQUIRE(message[container] == '\xd2');
  message[container] = '\xc9';
  message[container + 1] = static_cast<char>(message[container + 1] - 1);
  message.erase(container + 2, 1);
  StringSource source(message);
  StringSink sink;
  CHECK(code(desk.engine.decrypt(source, sink, {})) == "crypto.damaged");
  CHECK(sink.text().empty());
  std::string version_2 = data("plain.msg");
  version_2[container + 2] = 2;
  StringSource newer(version_2);
  CHECK(code(desk.engine.decrypt(newer, sink, {})) == "crypto.unsupported");
}

TEST_CASE("backend-rnp/traps: bombs and nests are stopped") {
  Desk desk;
  desk.add("ann.sec.pgp");
  CHECK(code(desk.decrypt("bomb.msg")) == "crypto.too-long");
  CHECK(desk.plain.size() <= limits::compression_free);
  REQUIRE(desk.decrypt("nested-7.msg"));
  CHECK(desk.plain == hello);
  CHECK(code(desk.decrypt("nested-40.msg")) == "crypto.damaged");
}

// RNP tells nothing of what follows the first literal packet. If a newer one refuses, all the better: then Decryptor's
// promise holds.
TEST_CASE("backend-rnp/traps: of two literal packets only the first comes out") {
  Desk desk;
  desk.add("ann.sec.pgp");
  const auto message = desk.decrypt("two-literals.msg");
  if (message) {
    CHECK(desk.plain == hello);
  } else {
    CHECK(code(message) == "crypto.damaged");
  }
}

// RNP reads 32 KiB at a time and looks at the modification detection code only when a read comes out short: it never
// does when what is encrypted is a multiple of that. We look ourselves then.
TEST_CASE("backend-rnp/traps: integrity that RNP does not look at is looked at") {
  Desk desk;
  desk.add("ann.sec.pgp");
  const auto message = desk.decrypt_twice(data("aligned.msg"));
  REQUIRE(message);
  CHECK(desk.plain == std::string(32759, '\0'));
}

TEST_CASE("backend-rnp/traps: one key that we can't use does not spoil the rest") {
  Desk desk;
  const std::string ann = data("ann.pgp");
  // Version 6 and version 3 packets with something in them; an unknown algorithm; a packet of an unknown tag in a
  // certificate.
  const std::string version_6("\xc6\x10\x06\x65\x00\x00\x00\x1b\x00\x00\x00\x04xxxxxx", 18);
  const std::string version_3("\x99\x00\x0c\x03\x65\x00\x00\x00\x00\x00\x01\x00\x01\x01\x01", 15);
  const std::string algorithm("\xc6\x0a\x04\x65\x00\x00\x00\x1bxxxx", 12);
  const auto input = desk.reader.read(version_6 + version_3 + data("dan.pgp") + algorithm + ann + "\xfc\x03xyz");
  REQUIRE(input);
  REQUIRE(input->keys.size() == 2);
  CHECK(input->keys[1].certificate == ann + "\xfc\x03xyz");
  REQUIRE(input->skipped.size() == 3);
  CHECK(input->skipped[0].code == "crypto.unsupported-version");
  CHECK(input->skipped[0].what.size() == 64);
  CHECK(input->skipped[1].code == "crypto.unsupported-version");
  CHECK(input->skipped[2].code == "crypto.unsupported-algorithm");
  for (const ImportSkip& skip : input->skipped) CHECK_FALSE(skip.damaged);
  // It is kept by a merge.
  const auto merged = desk.reader.merge(ann + "\xfc\x03xyz", ann);
  REQUIRE(merged);
  CHECK(merged->ends_with("\xfc\x03xyz"));
}

TEST_CASE("backend-rnp/traps: a signature that can't be checked does not spoil the others") {
  Desk desk;
  desk.add("ann.pgp");
  const std::string good = data("ann-sha512.sig");
  const Packet packet = leading_packets(good).packets.front();
  std::string unknown_hash(packet.body);
  unknown_hash[3] = 99;
  std::string unknown_version(packet.body);
  unknown_version[0] = 6;
  std::string over_a_key(packet.body);
  over_a_key[1] = 0x10;
  std::string all;
  for (const std::string& body : {unknown_hash, unknown_version, over_a_key}) {
    all += rnp::make_packet(packet_signature, body);
  }
  StringSource source(hello);
  const auto found = desk.engine.verify(source, all + good);
  REQUIRE(found);
  REQUIRE(found->size() == 4);
  for (std::size_t i = 0; i < 3; ++i) CHECK((*found)[i].state == SignatureState::unsupported);
  CHECK((*found)[3].state == SignatureState::right);
}

TEST_CASE("backend-rnp/traps: a session key is not read by another algorithm than the key's") {
  Desk desk;
  desk.add("ann.sec.pgp");
  std::string message = data("plain.msg");
  const Packet session_key = leading_packets(message).packets.front();
  REQUIRE(session_key.tag == packet_pkesk);
  const std::size_t algorithm = session_key.raw.size() - session_key.body.size() + 9;
  REQUIRE(message[algorithm] == 1);
  for (const char other : {'\x10', '\x12', '\x63'}) {
    message[algorithm] = other;
    StringSource source(message);
    StringSink sink;
    CHECK(code(desk.engine.decrypt(source, sink, {})) == "key.missing");
  }
}

TEST_CASE("backend-rnp/traps: of several armored blocks the good ones are read") {
  Desk desk;
  const std::string ann = armor(ArmorKind::public_key, data("ann.pgp"));
  std::string broken = armor(ArmorKind::public_key, data("dan.pgp"));
  broken[broken.find("\n\n") + 30] = '!';
  const std::string cut = armor(ArmorKind::public_key, data("fay.pgp")).substr(0, 400) + "\n";
  const auto input = desk.reader.read("Keys:\n" + broken + cut + "between\n" + ann + data("dan-revocation-1.asc"));
  INFO(code(input));
  REQUIRE(input);
  REQUIRE(input->keys.size() == 1);
  CHECK(input->keys[0].certificate == data("ann.pgp"));
  CHECK(input->revocations.size() == 1);
  REQUIRE(input->skipped.size() == 2);
  for (const ImportSkip& skip : input->skipped) CHECK(skip.damaged);
}

TEST_CASE("backend-rnp/traps: nothing is printed") {
  rnp::prepare_process();
  char name[] = "/tmp/sm-rnp-XXXXXX";
  const int file = mkstemp(name);
  REQUIRE(file >= 0);
  unlink(name);
  const int kept = dup(2);
  dup2(file, 2);
  {
    Desk desk;
    desk.add("ann.sec.pgp");
    (void)desk.verify("bob.sig");
    (void)desk.verify("ann-sha1.sig", "Hello");
    (void)desk.decrypt("bomb.msg");
    (void)desk.decrypt("nested-40.msg");
    const auto garbage = desk.reader.inspect(data("ann.pgp").substr(0, 300));
    (void)garbage;
  }
  fprintf(stderr, "neither this");
  fflush(stderr);
  dup2(kept, 2);
  close(kept);
  CHECK(lseek(file, 0, SEEK_END) == 0);
  close(file);
}

TEST_CASE("backend-rnp/traps: a literal of format 'm' is read, and its signatures are checked") {
  Desk desk;
  const auto ann = desk.add("ann.sec.pgp");
  for (const char* algorithm : {"zip", "zlib", "bzip2", "uncompressed"}) {
    const std::string name = "mime-" + std::string(algorithm) + ".msg";
    CAPTURE(name);
    const auto message = desk.decrypt_twice(data(name));
    REQUIRE(message);
    CHECK(desk.plain == hello);
    REQUIRE(message->signatures.size() == 1);
    CHECK(message->signatures[0].state == SignatureState::right);
    CHECK(message->signatures[0].certificate.primary == ann.info.primary);
    CHECK(message->key == ann.info.subkeys.at(0).fingerprint);
    CHECK(message->recipients.size() == 1);
  }
  std::string numbers;
  for (int i = 1; i <= 20000; ++i) numbers += std::to_string(i) + "\n";
  REQUIRE(desk.decrypt_twice(data("mime-many.msg")));
  CHECK(desk.plain == numbers);
  CHECK(code(desk.decrypt_twice(data("mime-many.msg"), {.output = 9})) == "crypto.too-long");
  CHECK(desk.plain.empty());
  CHECK(code(desk.decrypt_twice(data("mime-two.msg"))) == "crypto.damaged");
  CHECK(code(desk.decrypt_twice(data("mime-trailing.msg"))) == "crypto.damaged");
  // Where the message can't be read again there is no way.
  CHECK(code(desk.decrypt("mime-zip.msg")) == "crypto.damaged");
}

TEST_CASE("backend-rnp/traps: a literal of format 'm' for keys of every kind") {
  Desk desk;
  desk.passphrases.text = "secret";
  for (const char* name : {"gus", "hal", "fay"}) {
    CAPTURE(name);
    desk.add(std::string(name) + ".sec.pgp");
    const auto message = desk.decrypt_twice(data("mime-" + std::string(name) + ".msg"));
    INFO(code(message));
    REQUIRE(message);
    CHECK(desk.plain == hello);
    CHECK(message->signatures.empty());
  }
  CHECK(desk.passphrases.asked == 1);
}

// Until the end is seen nothing may be trusted; the caller's sink is thrown away on any failure.
TEST_CASE("backend-rnp/traps: a literal of format 'm' whose message was changed is refused") {
  Desk desk;
  desk.add("ann.sec.pgp");
  const std::string intact = data("mime-uncompressed.msg");
  const std::size_t start = leading_packets(intact).packets.at(0).raw.size();
  REQUIRE(desk.decrypt_twice(intact));
  for (std::size_t at = start; at < intact.size(); at += 7) {
    CAPTURE(at);
    std::string changed = intact;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK_FALSE(desk.decrypt_twice(changed));
  }
  for (const std::size_t at : {intact.size() - 1, intact.size() - 30, intact.size() / 2 + 200}) {
    std::string changed = intact;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    CHECK(code(desk.decrypt_twice(changed)) == "crypto.damaged");
  }
  for (std::size_t size = start; size < intact.size(); size += 11) {
    CHECK(code(desk.decrypt_twice(intact.substr(0, size))) == "crypto.damaged");
  }
  CHECK(code(desk.decrypt_twice(intact + intact)) == "crypto.damaged");
}
