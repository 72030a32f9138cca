// What every backend of the ports of cryptography must hold, as test cases over a Backend type that offers
//   using Engine, Reader, Generator: made from (KeySource&, PassphraseSource, const Clock&), (const Clock&), (const
//   Clock&).
// A backend's tests say contract::generates<Backend>() and so on, each in a TEST_CASE.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "crypto/key_source.hpp"
#include "crypto/ports.hpp"
#include "io/memory.hpp"

namespace sm {

inline bool operator==(const CertificateInfo& a, const CertificateInfo& b) {
  return a.primary == b.primary && a.subkeys == b.subkeys && a.user_ids == b.user_ids;
}

}  // namespace sm

namespace sm::contract {

class SetClock final : public Clock {
 public:
  explicit SetClock(std::int64_t now) : now_(now) {}
  std::int64_t now() const override { return now_; }
  void set(std::int64_t now) { now_ = now; }

 private:
  std::int64_t now_;
};

inline constexpr std::int64_t noon = 1'700'000'000;

// Keys in memory; counts what it is asked for.
class MemoryKeys final : public KeySource {
 public:
  void add(const CertificateInfo& info, std::string certificate, std::string secret = {}) {
    entries_.push_back({info, std::move(certificate), std::move(secret)});
  }
  void add(const GeneratedKey& key) { add(key.info, key.certificate, std::string(key.secret.view())); }
  void add(const ImportedKey& key) { add(key.info, key.certificate, std::string(key.secret.view())); }
  Result<std::vector<std::string>> certificates(std::string_view id) override {
    ++certificate_questions;
    std::vector<std::string> found;
    for (const Entry& entry : entries_) {
      if (holds(entry.info, id)) found.push_back(entry.certificate);
    }
    return found;
  }
  Result<std::vector<Secret>> secret_keys(std::string_view id) override {
    std::vector<Secret> found;
    for (const Entry& entry : entries_) {
      if (!entry.secret.empty() && holds(entry.info, id)) found.emplace_back(entry.secret);
    }
    return found;
  }
  Result<std::vector<Fingerprint>> secret_fingerprints() override {
    std::vector<Fingerprint> found;
    for (const Entry& entry : entries_) {
      if (!entry.secret.empty()) found.push_back(entry.info.fingerprint());
    }
    return found;
  }
  int certificate_questions = 0;

 private:
  struct Entry {
    CertificateInfo info;
    std::string certificate;
    std::string secret;
  };
  static bool holds(const CertificateInfo& info, std::string_view id) {
    const auto named = [&](const Key& key) { return key.fingerprint == id || key.key_id() == id; };
    return named(info.primary) || std::ranges::any_of(info.subkeys, named);
  }
  std::vector<Entry> entries_;
};

// Gives one passphrase, and counts how often it was asked.
struct Passphrases {
  std::string text;
  int asked = 0;
  std::vector<Fingerprint> keys;
  PassphraseSource source() {
    return [this](const Key& key, std::string_view) -> Result<Secret> {
      ++asked;
      keys.push_back(key.fingerprint);
      if (text.empty()) return fail(ErrorKind::key, "key.locked", "locked");
      return Secret(text);
    };
  }
};

// A source that fails after `good` bytes.
class BrokenSource final : public Source {
 public:
  explicit BrokenSource(std::size_t good) : rest_(good) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    if (rest_ == 0) return fail(ErrorKind::temporary, "test.read", "broken");
    const std::size_t size = std::min(rest_, buffer.size());
    std::fill_n(buffer.data(), size, 'x');
    rest_ -= size;
    return size;
  }

 private:
  std::size_t rest_;
};

class BrokenSink final : public Sink {
 public:
  Result<void> write(std::string_view) override { return fail(ErrorKind::temporary, "test.write", "broken"); }
  Result<void> finish() override { return {}; }
};

class ThrowingSource final : public Source {
 public:
  Result<std::size_t> read(std::span<char>) override { throw std::bad_alloc(); }
};

template <class T>
std::string code(const Result<T>& result) {
  return result ? "" : result.error().code;
}

template <class Backend>
GeneratedKey make_key(const Clock& clock, std::string algorithm, std::vector<std::string> user_ids,
                      std::string_view passphrase = {}, std::int64_t lifetime = 0) {
  typename Backend::Generator generator(clock);
  auto key = generator.generate({std::move(algorithm), lifetime, std::move(user_ids), Secret(passphrase)});
  INFO(code(key));
  REQUIRE(key);
  return std::move(*key);
}

// Sizes around the edges of buffers and partial lengths.
inline std::vector<std::size_t> interesting_sizes() {
  return {0, 1, 100, 8191, 8192, 32767, 32768, 32769, 65536, 200000};
}

inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 251);
  return text;
}

template <class Backend>
void generates() {
  const SetClock clock(noon);
  for (const char* algorithm : {"ed25519", "rsa3072", "nistp256", "nistp384", "nistp521"}) {
    CAPTURE(algorithm);
    const GeneratedKey key =
        make_key<Backend>(clock, algorithm, {"Ann <ann@a.example>", "Ann <ann@b.example>"}, {}, 1000);
    typename Backend::Reader reader(clock);
    const auto info = reader.inspect(key.certificate);
    REQUIRE(info);
    CHECK(*info == key.info);
    CHECK(info->primary.algorithm == algorithm);
    CHECK(info->primary.created == noon);
    CHECK(info->primary.expires == noon + 1000);
    CHECK(info->primary.valid);
    CHECK(info->primary.can_certify);
    CHECK(info->primary.can_sign);
    CHECK_FALSE(info->primary.can_encrypt);
    CHECK_FALSE(info->primary.weak);
    REQUIRE(info->user_ids.size() == 2);
    CHECK(info->user_ids[0].text == "Ann <ann@a.example>");
    CHECK(info->user_ids[0].valid);
    CHECK(info->user_ids[1].valid);
    REQUIRE(info->subkeys.size() == 1);
    CHECK(info->subkeys[0].valid);
    CHECK(info->subkeys[0].can_encrypt);
    CHECK_FALSE(info->subkeys[0].can_sign);
    CHECK(info->subkeys[0].expires == noon + 1000);
    CHECK(encryption_key(*info, noon).key);
    CHECK_FALSE(encryption_key(*info, noon + 1001).key);
  }
  typename Backend::Generator generator(clock);
  CHECK(code(generator.generate({"rot13", 0, {"a"}, {}})) == "key.algorithm");
  CHECK(code(generator.generate({"ed25519", 0, {}, {}})) == "key.user-id");
  CHECK(code(generator.generate({"ed25519", 0, {""}, {}})) == "key.user-id");
  CHECK(code(generator.generate({"ed25519", 0, {"Ann\n"}, {}})) == "key.user-id");
  CHECK(code(generator.generate({"ed25519", 0, {"Ann", "\xff"}, {}})) == "key.user-id");
  CHECK(code(generator.generate({"ed25519", 1ll << 40, {"Ann"}, {}})) == "key.lifetime");
}

template <class Backend>
void signs_and_verifies() {
  const SetClock clock(noon);
  for (const char* algorithm : {"ed25519", "rsa3072", "nistp256", "nistp384", "nistp521"}) {
    CAPTURE(algorithm);
    MemoryKeys keys;
    const GeneratedKey key = make_key<Backend>(clock, algorithm, {"Ann <ann@a.example>"});
    keys.add(key);
    Passphrases none;
    typename Backend::Engine engine(keys, none.source(), clock);
    for (const std::size_t size : interesting_sizes()) {
      CAPTURE(size);
      const std::string text = pattern(size);
      StringSource source(text);
      const auto signature = engine.sign(source, key.info.fingerprint(), Hash::automatic);
      INFO(code(signature));
      REQUIRE(signature);
      StringSource again(text);
      const auto verified = engine.verify(again, signature->packets);
      REQUIRE(verified);
      REQUIRE(verified->size() == 1);
      const Signature& found = verified->front();
      CHECK(found.state == SignatureState::right);
      CHECK(found.hash == signature->hash);
      CHECK(found.created == noon);
      CHECK(found.expires == 0);
      CHECK(found.key_id == key.info.primary.key_id());
      CHECK(found.key.fingerprint == key.info.fingerprint());
      CHECK(found.certificate.primary == key.info.primary);
      CHECK(found.certificate.user_ids == key.info.user_ids);
      const std::string longer = text + "x";
      StringSource other(longer);
      const auto wrong = engine.verify(other, signature->packets);
      REQUIRE(wrong);
      CHECK(wrong->front().state == SignatureState::wrong);
      CHECK(wrong->front().key.fingerprint == key.info.fingerprint());
    }
    CHECK(none.asked == 0);
  }
}

template <class Backend>
void verifies_several() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey ann = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"});
  const GeneratedKey bob = make_key<Backend>(clock, "nistp384", {"Bob <bob@b.example>"});
  const GeneratedKey eve = make_key<Backend>(clock, "ed25519", {"Eve <eve@e.example>"});
  keys.add(ann);
  keys.add(bob);
  MemoryKeys strangers;
  strangers.add(eve);
  typename Backend::Engine engine(keys, {}, clock);
  typename Backend::Engine stranger(strangers, {}, clock);
  const auto sign = [](Signer& signer, const GeneratedKey& key, std::string_view text) {
    StringSource source(text);
    auto signature = signer.sign(source, key.info.fingerprint(), Hash::sha256);
    REQUIRE(signature);
    return signature->packets;
  };
  StringSource source("text");
  const auto result = engine.verify(source, sign(engine, ann, "text") + sign(stranger, eve, "text") +
                                                sign(engine, bob, "other") + sign(engine, bob, "text"));
  REQUIRE(result);
  REQUIRE(result->size() == 4);
  CHECK((*result)[0].state == SignatureState::right);
  CHECK((*result)[0].hash == "sha256");
  CHECK((*result)[1].state == SignatureState::unknown_key);
  CHECK((*result)[1].key_id == eve.info.primary.key_id());
  CHECK((*result)[2].state == SignatureState::wrong);
  CHECK((*result)[3].state == SignatureState::right);
  CHECK((*result)[3].hash == "sha384");
  CHECK((*result)[3].certificate.user_ids.front().text == "Bob <bob@b.example>");

  for (const std::string_view garbage : {"", "x", "\xc2\x01\x04", "\xc2\x05gar", "\xcb\x01t"}) {
    StringSource again("text");
    CHECK(code(engine.verify(again, garbage)) == "crypto.bad-signature-packet");
  }
  std::string cut = sign(engine, ann, "text");
  for (std::size_t size = 0; size < cut.size(); ++size) {
    StringSource again("text");
    const auto damaged = engine.verify(again, std::string_view(cut).substr(0, size));
    CHECK(code(damaged) == "crypto.bad-signature-packet");
  }
  for (std::size_t bit = 0; bit < cut.size() * 8; ++bit) {
    std::string flipped = cut;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    StringSource again("text");
    const auto damaged = engine.verify(again, flipped);
    if (damaged && damaged->front().state == SignatureState::right) {
      // Only the unhashed subpackets and the spare bits of lengths carry nothing.
      CHECK(damaged->front().certificate.primary == ann.info.primary);
      CHECK(damaged->front().certificate.user_ids == ann.info.user_ids);
    }
  }
}

template <class Backend>
void encrypts_and_decrypts() {
  const SetClock clock(noon);
  MemoryKeys keys;
  std::vector<GeneratedKey> all;
  for (const char* algorithm : {"ed25519", "rsa3072", "nistp256", "nistp521"}) {
    all.push_back(make_key<Backend>(clock, algorithm, {std::string(algorithm) + " <a@a.example>"}));
    keys.add(all.back());
  }
  typename Backend::Engine engine(keys, {}, clock);
  for (const GeneratedKey& key : all) {
    CAPTURE(key.info.primary.algorithm);
    for (const bool with_signature : {false, true}) {
      for (const std::size_t size : interesting_sizes()) {
        CAPTURE(size);
        EncryptionRequest request;
        request.recipients = {key.info.fingerprint()};
        if (with_signature) request.sign_with = all[1].info.fingerprint();
        const std::string text = pattern(size);
        StringSource source(text);
        StringSink sink;
        const auto done = engine.encrypt(source, sink, request);
        INFO(code(done));
        REQUIRE(done);
        StringSource cipher(sink.text());
        StringSink plain;
        const auto decrypted = engine.decrypt(cipher, plain, {});
        INFO(code(decrypted));
        REQUIRE(decrypted);
        CHECK(plain.text() == text);
        CHECK(decrypted->key == key.info.subkeys[0].fingerprint);
        CHECK(decrypted->recipients == std::vector{key.info.subkeys[0].key_id()});
        REQUIRE(decrypted->signatures.size() == (with_signature ? 1 : 0));
        if (with_signature) {
          CHECK(decrypted->signatures[0].state == SignatureState::right);
          CHECK(decrypted->signatures[0].certificate.primary == all[1].info.primary);
          CHECK(decrypted->signatures[0].certificate.user_ids == all[1].info.user_ids);
        }
      }
    }
  }

  // For several, each opens it; for nobody we know, nobody does.
  EncryptionRequest request;
  for (const GeneratedKey& key : all) request.recipients.push_back(key.info.fingerprint());
  request.recipients.push_back(all[0].info.fingerprint());
  StringSource source("text");
  StringSink sink;
  REQUIRE(engine.encrypt(source, sink, request));
  for (const GeneratedKey& key : all) {
    MemoryKeys own;
    own.add(key);
    typename Backend::Engine opener(own, {}, clock);
    StringSource cipher(sink.text());
    StringSink plain;
    const auto decrypted = opener.decrypt(cipher, plain, {});
    INFO(code(decrypted));
    REQUIRE(decrypted);
    CHECK(plain.text() == "text");
    CHECK(decrypted->recipients.size() == all.size());
    CHECK(decrypted->key == key.info.subkeys[0].fingerprint);
  }
  MemoryKeys nothing;
  typename Backend::Engine stranger(nothing, {}, clock);
  StringSource cipher(sink.text());
  StringSink plain;
  CHECK(code(stranger.decrypt(cipher, plain, {})) == "key.missing");
  CHECK(plain.text().empty());
}

template <class Backend>
void needs_passphrases() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey locked = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"}, "correct horse");
  keys.add(locked);
  EncryptionRequest request;
  request.recipients = {locked.info.fingerprint()};
  std::string message;
  {
    typename Backend::Engine engine(keys, {}, clock);
    StringSource source("text");
    StringSink sink;
    REQUIRE(engine.encrypt(source, sink, request));
    message = sink.text();
  }
  const auto attempt = [&](std::string passphrase, std::string expected) {
    CAPTURE(passphrase);
    Passphrases passphrases{passphrase, 0, {}};
    typename Backend::Engine engine(keys, passphrases.source(), clock);
    StringSource data("text");
    CHECK(code(engine.sign(data, locked.info.fingerprint(), Hash::automatic)) == expected);
    CHECK(passphrases.asked == 1);
    StringSource cipher(message);
    StringSink plain;
    CHECK(code(engine.decrypt(cipher, plain, {})) == expected);
    CHECK(passphrases.asked == 2);
    EncryptionRequest signing = request;
    signing.sign_with = locked.info.fingerprint();
    StringSource source("text");
    StringSink sink;
    CHECK(code(engine.encrypt(source, sink, signing)) == expected);
    CHECK(passphrases.asked == 3);
    // A passphrase goes by the primary key, whichever key needs it.
    CHECK(passphrases.keys == std::vector<Fingerprint>(3, locked.info.fingerprint()));
  };
  attempt("correct horse", "");
  attempt("wrong", "key.passphrase");
  attempt(std::string(300, 'x'), "key.passphrase");
  attempt(std::string("correct horse\0", 14), "key.passphrase");
  attempt("", "key.locked");

  // A key without a passphrase is tried first, wherever it stands in the message.
  const GeneratedKey open = make_key<Backend>(clock, "nistp256", {"Bob <bob@b.example>"});
  keys.add(open);
  Passphrases unused{"correct horse", 0, {}};
  typename Backend::Engine engine(keys, unused.source(), clock);
  request.recipients.push_back(open.info.fingerprint());
  StringSource source("text");
  StringSink sink;
  REQUIRE(engine.encrypt(source, sink, request));
  StringSource cipher(sink.text());
  StringSink plain;
  const auto decrypted = engine.decrypt(cipher, plain, {});
  REQUIRE(decrypted);
  CHECK(decrypted->key == open.info.subkeys[0].fingerprint);
  CHECK(unused.asked == 0);
}

template <class Backend>
void refuses_damage() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey key = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"});
  keys.add(key);
  typename Backend::Engine engine(keys, {}, clock);
  EncryptionRequest request;
  request.recipients = {key.info.fingerprint()};
  request.sign_with = key.info.fingerprint();
  const std::string text = pattern(900);
  StringSource source(text);
  StringSink sink;
  REQUIRE(engine.encrypt(source, sink, request));
  const std::string& message = sink.text();
  const auto attempt = [&](std::string_view bytes) {
    StringSource cipher(bytes);
    StringSink plain;
    const auto result = engine.decrypt(cipher, plain, {});
    if (!result) {
      const bool allowed = result.error().code == "key.missing" || result.error().kind == ErrorKind::data;
      INFO(result.error().code);
      CHECK(allowed);
    }
    return result ? plain.take() : std::string("refused");
  };
  CHECK(attempt(message) == text);
  for (std::size_t size = 0; size < message.size(); ++size) {
    CAPTURE(size);
    CHECK(attempt(std::string_view(message).substr(0, size)) == "refused");
  }
  CHECK(attempt(message + "x") == "refused");
  CHECK(attempt(message + message) == "refused");
  CHECK(attempt("Hello") == "refused");
  int harmless = 0;
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    CAPTURE(bit);
    std::string flipped = message;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    const std::string result = attempt(flipped);
    const bool original = result == text;
    const bool fine = original || result == "refused";
    CHECK(fine);
    harmless += original;
  }
  // Spare bits of a number's length in the session key packet.
  CHECK(harmless < 64);
}

template <class Backend>
void passes_errors_on() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey key = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"});
  keys.add(key);
  typename Backend::Engine engine(keys, {}, clock);
  EncryptionRequest request;
  request.recipients = {key.info.fingerprint()};
  StringSink sink;
  BrokenSink broken_sink;
  {
    BrokenSource broken(100'000);
    CHECK(code(engine.sign(broken, key.info.fingerprint(), Hash::automatic)) == "test.read");
  }
  {
    BrokenSource broken(100'000);
    CHECK(code(engine.encrypt(broken, sink, request)) == "test.read");
  }
  {
    StringSource source("text");
    CHECK(code(engine.encrypt(source, broken_sink, request)) == "test.write");
  }
  {
    BrokenSource broken(0);
    CHECK(code(engine.decrypt(broken, sink, {})) == "test.read");
  }
  StringSource source("text");
  const auto signature = engine.sign(source, key.info.fingerprint(), Hash::automatic);
  REQUIRE(signature);
  {
    BrokenSource broken(100'000);
    CHECK(code(engine.verify(broken, signature->packets)) == "test.read");
  }
  StringSource plain("text");
  StringSink cipher;
  REQUIRE(engine.encrypt(plain, cipher, request));
  {
    StringSource again(cipher.text());
    CHECK(code(engine.decrypt(again, broken_sink, {})) == "test.write");
  }
  {
    ThrowingSource throwing;
    CHECK_THROWS_AS((void)engine.verify(throwing, signature->packets), std::bad_alloc);
    CHECK_THROWS_AS((void)engine.sign(throwing, key.info.fingerprint(), Hash::automatic), std::bad_alloc);
    CHECK_THROWS_AS((void)engine.encrypt(throwing, sink, request), std::bad_alloc);
  }
  // It still works.
  StringSource again(cipher.text());
  StringSink result;
  CHECK(engine.decrypt(again, result, {}));
  CHECK(result.text() == "text");

  CHECK(code(engine.sign(source, std::string(40, 'A'), Hash::automatic)) == "key.missing");
  request.recipients = {std::string(40, 'A')};
  CHECK(code(engine.encrypt(source, sink, request)) == "key.missing");
}

template <class Backend>
void bounds_output() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey key = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"});
  keys.add(key);
  typename Backend::Engine engine(keys, {}, clock);
  EncryptionRequest request;
  request.recipients = {key.info.fingerprint()};
  StringSource source(std::string_view("0123456789"));
  StringSink cipher;
  REQUIRE(engine.encrypt(source, cipher, request));
  for (const std::uint64_t limit : {std::uint64_t{9}, std::uint64_t{10}}) {
    StringSource again(cipher.text());
    StringSink plain;
    CHECK(code(engine.decrypt(again, plain, {limit})) == (limit == 9 ? "crypto.too-long" : ""));
  }
}

template <class Backend>
void asks_for_each_certificate_once() {
  const SetClock clock(noon);
  MemoryKeys keys;
  const GeneratedKey key = make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>"});
  keys.add(key);
  typename Backend::Engine engine(keys, {}, clock);
  const auto info = engine.certificate(key.info.fingerprint());
  REQUIRE(info);
  REQUIRE(*info);
  CHECK(**info == key.info);
  EncryptionRequest request;
  request.recipients = {key.info.fingerprint()};
  StringSource source("text");
  StringSink cipher;
  REQUIRE(engine.encrypt(source, cipher, request));
  CHECK(keys.certificate_questions == 1);
  const auto missing = engine.certificate(std::string(40, 'A'));
  REQUIRE(missing);
  CHECK_FALSE(*missing);
}

template <class Backend>
void reads_and_merges() {
  const SetClock clock(noon);
  typename Backend::Reader reader(clock);
  const GeneratedKey ann =
      make_key<Backend>(clock, "ed25519", {"Ann <ann@a.example>", "Ann <ann@b.example>"}, "passphrase");
  const GeneratedKey bob = make_key<Backend>(clock, "nistp256", {"Bob <bob@b.example>"});

  const auto both = reader.read(ann.certificate + bob.certificate + std::string(ann.secret.view()) + bob.revocation);
  INFO(code(both));
  REQUIRE(both);
  CHECK(both->skipped.empty());
  REQUIRE(both->keys.size() == 3);
  CHECK(both->keys[0].info == ann.info);
  CHECK(both->keys[0].secret.empty());
  CHECK(both->keys[1].info == bob.info);
  CHECK(both->keys[2].info == ann.info);
  CHECK(both->keys[2].secret.size() == ann.secret.size());
  const bool same_secret = both->keys[2].secret.view() == ann.secret.view();
  CHECK(same_secret);
  CHECK(both->keys[2].secret_protected);
  CHECK(both->keys[2].secret_available == std::vector{ann.info.fingerprint(), ann.info.subkeys[0].fingerprint});
  CHECK(reader.inspect(both->keys[2].certificate));

  CHECK(code(reader.read("")) == "crypto.no-key");
  CHECK(code(reader.read("Hello\n")) == "crypto.no-key");
  CHECK(code(reader.inspect("Hello\n")) == "crypto.bad-certificate");

  // One user ID each, then together again.
  const auto first = reader.strip(ann.certificate, std::vector<std::string>{"Ann <ann@a.example>"}, false);
  const auto second = reader.strip(ann.certificate, std::vector<std::string>{"Ann <ann@b.example>"}, true);
  REQUIRE(first);
  REQUIRE(second);
  const auto first_info = reader.inspect(*first);
  REQUIRE(first_info);
  REQUIRE(first_info->user_ids.size() == 1);
  CHECK(first_info->user_ids[0].text == "Ann <ann@a.example>");
  CHECK(first_info->subkeys == ann.info.subkeys);
  const auto merged = reader.merge(*first, *second);
  REQUIRE(merged);
  CHECK(merged->size() == ann.certificate.size());
  CHECK(reader.merge(*merged, ann.certificate).has_value());
  CHECK(*reader.merge(*merged, ann.certificate) == *merged);
  CHECK(*reader.merge(ann.certificate, *first) == ann.certificate);
  const auto merged_info = reader.inspect(*merged);
  REQUIRE(merged_info);
  CHECK(merged_info->user_ids.size() == 2);
  CHECK(code(reader.merge(ann.certificate, bob.certificate)) == "crypto.bad-certificate");

  // A revocation certificate.
  REQUIRE(both->revocations.size() == 1);
  const auto stranger = reader.apply_revocation(ann.certificate, both->revocations[0].packets);
  REQUIRE(stranger);
  CHECK_FALSE(*stranger);
  const auto revoked = reader.apply_revocation(bob.certificate, both->revocations[0].packets);
  REQUIRE(revoked);
  REQUIRE(*revoked);
  const auto revoked_info = reader.inspect(**revoked);
  REQUIRE(revoked_info);
  CHECK(revoked_info->primary.revocation == Revocation::no_reason);
  CHECK(revoked_info->primary.revoked_at == noon);
  CHECK(encryption_key(*revoked_info, noon).why == Unusable::revoked);
  const auto kept = reader.merge(**revoked, bob.certificate);
  REQUIRE(kept);
  CHECK(*kept == **revoked);
  const auto minimal = reader.strip(**revoked, std::nullopt, true);
  REQUIRE(minimal);
  CHECK(reader.inspect(*minimal)->primary.revocation == Revocation::no_reason);

  // Damage in one leaves the other.
  std::string damaged = ann.certificate;
  damaged[20] = static_cast<char>(damaged[20] ^ 1);
  const auto one = reader.read(damaged + bob.certificate);
  REQUIRE(one);
  REQUIRE(one->keys.size() == 1);
  CHECK(one->keys[0].info == bob.info);
  REQUIRE(one->skipped.size() == 1);
  CHECK(one->skipped[0].damaged);
  for (std::size_t size = 1; size < ann.certificate.size(); ++size) {
    CAPTURE(size);
    const auto cut = reader.read(bob.certificate + ann.certificate.substr(0, size));
    REQUIRE(cut);
    REQUIRE(!cut->keys.empty());
    CHECK(cut->keys[0].info == bob.info);
  }
}

}  // namespace sm::contract
