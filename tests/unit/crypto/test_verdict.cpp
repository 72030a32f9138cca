#include "crypto/verdict.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace sm;

namespace {

constexpr std::int64_t now = 2'000'000;
constexpr std::int64_t signed_at = 1'000'000;
constexpr std::int64_t made_at = 500'000;

constexpr const char* alice = "alice@example.org";

// A right signature by the subkey "ALICESUB" of the certificate "ALICE", whose user ID is alice's.
Signature signature() {
  Signature made;
  made.state = SignatureState::right;
  made.hash = "sha256";
  made.created = signed_at;
  made.certificate.primary.fingerprint = "ALICE";
  made.certificate.primary.algorithm = "ed25519";
  made.certificate.primary.created = made_at;
  made.certificate.primary.valid = true;
  made.certificate.user_ids = {{.text = alice, .valid = true}};
  made.key = made.certificate.primary;
  made.key.fingerprint = "ALICESUB";
  made.key.can_sign = true;
  return made;
}

struct World {
  std::map<std::string, std::string, std::less<>> bindings = {{alice, "ALICE"}};
  std::string from = alice;
  bool any_signer = false;
  bool unreadable = false;
  int asked = 0;

  Result<Judgement> judged(const std::vector<Signature>& signatures) {
    const BindingLookup binding = [&](std::string_view address) -> Result<Fingerprint> {
      ++asked;
      if (unreadable) return fail(ErrorKind::temporary, "keystore.binding", "no");
      const auto found = bindings.find(address);
      return found == bindings.end() ? Fingerprint() : found->second;
    };
    // Here a user ID is its address.
    const UserIdAddress address_of = [](std::string_view text) { return std::string(text); };
    return judge(signatures, from, any_signer, now, binding, address_of);
  }

  std::string verdict(const std::vector<Signature>& signatures) {
    const auto result = judged(signatures);
    return result ? std::string(verdict_name(result->verdict)) : result.error().code;
  }
};

template <class Change>
std::string changed(Change change) {
  Signature one = signature();
  change(one);
  return World().verdict({one});
}

template <class Change>
std::string note(Change change) {
  Signature one = signature();
  change(one);
  return World().judged({one})->signatures[0].note;
}

}  // namespace

TEST_CASE("crypto/verdict: names") {
  CHECK(verdict_name(Verdict::good) == "good");
  CHECK(verdict_name(Verdict::bad) == "bad");
  CHECK(verdict_name(Verdict::mismatch) == "mismatch");
  CHECK(verdict_name(Verdict::unbound) == "unbound");
  CHECK(verdict_name(Verdict::weak) == "weak");
  CHECK(verdict_name(Verdict::expired_key) == "expired-key");
  CHECK(verdict_name(Verdict::revoked_key) == "revoked-key");
  CHECK(verdict_name(Verdict::partial) == "partial");
  CHECK(verdict_name(Verdict::none) == "none");
  CHECK(verdict_name(Verdict::unknown_key) == "unknown-key");
  CHECK(verdict_name(Verdict::error) == "error");
}

TEST_CASE("crypto/verdict: no signature is none") {
  CHECK(World().verdict({}) == "none");
}

TEST_CASE("crypto/verdict: right, by a sound key that is bound to From, is good") {
  CHECK(changed([](Signature&) {}) == "good");
  CHECK(note([](Signature&) {}).empty());
  CHECK(changed([](Signature& s) { s.key = s.certificate.primary, s.key.can_sign = true; }) == "good");
  // The binding decides, not what the certificate says of itself.
  CHECK(changed([](Signature& s) { s.certificate.user_ids.clear(); }) == "good");
}

TEST_CASE("crypto/verdict: bad: wrong, of the future, older than its key") {
  CHECK(changed([](Signature& s) { s.state = SignatureState::wrong; }) == "bad");
  CHECK(changed([](Signature& s) { s.created = now + 301; }) == "bad");
  CHECK(changed([](Signature& s) { s.created = now + 300; }) == "good");  // clocks differ
  CHECK(changed([](Signature& s) { s.created = now + 86'400, s.state = SignatureState::unknown_key; }) == "bad");
  CHECK(changed([](Signature& s) { s.key.created = signed_at + 1; }) == "bad");
  CHECK(changed([](Signature& s) { s.key.created = signed_at; }) == "good");
  // Bad comes before all else that is wrong with the key.
  CHECK(changed([](Signature& s) {
          s.state = SignatureState::wrong;
          s.key.revocation = Revocation::compromised;
          s.key.expires = 1;
          s.hash = "sha1";
        }) == "bad");
}

TEST_CASE("crypto/verdict: revocation of the key or of its certificate") {
  struct Row {
    Revocation revocation;
    std::int64_t when;
    const char* verdict;
    const char* note;
  };
  const Row rows[] = {
      {Revocation::superseded, signed_at - 1, "revoked-key", "key superseded"},
      {Revocation::superseded, signed_at, "revoked-key", "key superseded"},
      {Revocation::superseded, signed_at + 1, "good", "key superseded later"},
      {Revocation::retired, signed_at - 1, "revoked-key", "key retired"},
      {Revocation::retired, signed_at, "revoked-key", "key retired"},
      {Revocation::retired, signed_at + 1, "good", "key retired later"},
      {Revocation::retired, 0, "revoked-key", "key retired"},  // nobody knows when
      {Revocation::compromised, signed_at - 1, "revoked-key", "key compromised"},
      {Revocation::compromised, signed_at + 1, "revoked-key", "key compromised"},
      {Revocation::no_reason, signed_at - 1, "revoked-key", "key revoked"},
      {Revocation::no_reason, signed_at + 1, "revoked-key", "key revoked"},
  };
  for (const Row& row : rows) {
    for (const bool subkey : {true, false}) {
      CAPTURE(row.note);
      CAPTURE(row.when);
      CAPTURE(subkey);
      const auto revoke = [&](Signature& s) {
        Key& key = subkey ? s.key : s.certificate.primary;
        key.revocation = row.revocation;
        key.revoked_at = row.when;
      };
      CHECK(changed(revoke) == row.verdict);
      CHECK(note(revoke) == row.note);
    }
  }
}

TEST_CASE("crypto/verdict: expiry of the key, of its certificate, of the signature") {
  for (const bool subkey : {true, false}) {
    const auto expire = [&](std::int64_t when) {
      return [subkey, when](Signature& s) { (subkey ? s.key : s.certificate.primary).expires = when; };
    };
    CHECK(changed(expire(signed_at - 1)) == "expired-key");
    CHECK(changed(expire(signed_at)) == "expired-key");
    CHECK(note(expire(signed_at)) == "key had expired");
    CHECK(changed(expire(signed_at + 1)) == "good");
    CHECK(note(expire(signed_at + 1)) == "key expired later");
    CHECK(changed(expire(now)) == "good");
    CHECK(note(expire(now)) == "key expired later");
    CHECK(changed(expire(now + 1)) == "good");
    CHECK(note(expire(now + 1)).empty());
  }
  CHECK(changed([](Signature& s) { s.expires = now; }) == "expired-key");
  CHECK(note([](Signature& s) { s.expires = now; }) == "signature expired");
  CHECK(changed([](Signature& s) { s.expires = now + 1; }) == "good");
  CHECK(note([](Signature& s) {
          s.key.expires = now;
          s.certificate.primary.revocation = Revocation::retired;
          s.certificate.primary.revoked_at = now;
        }) == "key expired later, key retired later");
}

TEST_CASE("crypto/verdict: weak hashes and keys") {
  for (const char* hash : {"sha1", "md5", "ripemd160"}) {
    CHECK(changed([&](Signature& s) { s.hash = hash; }) == "weak");
    CHECK(note([&](Signature& s) { s.hash = hash; }) == "hash " + std::string(hash));
  }
  for (const char* hash : {"sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-512"}) {
    CHECK(changed([&](Signature& s) { s.hash = hash; }) == "good");
  }
  CHECK(changed([](Signature& s) { s.key.weak = true; }) == "weak");
  CHECK(changed([](Signature& s) { s.certificate.primary.weak = true; }) == "weak");
  CHECK(note([](Signature& s) { s.key.weak = true, s.key.algorithm = "dsa1024"; }) == "key dsa1024");
}

TEST_CASE("crypto/verdict: unknown and unsupported keys") {
  CHECK(changed([](Signature& s) { s.state = SignatureState::unknown_key; }) == "unknown-key");
  CHECK(changed([](Signature& s) { s.state = SignatureState::unsupported; }) == "unknown-key");
  CHECK(note([](Signature& s) { s.state = SignatureState::unsupported; }) == "unsupported signature");
  // A key that its certificate does not really hold, or holds for other things, says nothing of the certificate's
  // owner.
  CHECK(changed([](Signature& s) { s.key.valid = false; }) == "unknown-key");
  CHECK(changed([](Signature& s) { s.certificate.primary.valid = false; }) == "unknown-key");
  CHECK(changed([](Signature& s) { s.key.can_sign = false; }) == "unknown-key");
}

TEST_CASE("crypto/verdict: whose signature it is: From, user IDs, bindings") {
  struct Row {
    const char* from;     // of the message
    const char* user_id;  // of the certificate
    bool user_id_valid;
    const char* bound;  // what From is bound to
    const char* other;  // what the user ID's address is bound to, if it is not From
    const char* verdict;
    const char* any;  // with --any-signer
  };
  const Row rows[] = {
      {alice, alice, true, "ALICE", "", "good", "good"},
      {alice, alice, false, "ALICE", "", "good", "good"},
      {alice, "b@c", true, "ALICE", "", "good", "good"},
      {alice, alice, true, "", "", "unbound", "unbound"},
      {alice, alice, true, "OTHER", "", "unbound", "unbound"},
      {alice, alice, false, "", "", "mismatch", "mismatch"},
      {alice, "b@c", true, "", "", "mismatch", "mismatch"},
      {alice, "b@c", true, "OTHER", "", "mismatch", "mismatch"},
      {alice, "b@c", true, "OTHER", "ALICE", "mismatch", "good"},
      {alice, "b@c", true, "", "ALICE", "mismatch", "good"},
      {alice, "b@c", true, "", "OTHER", "mismatch", "mismatch"},
      {alice, "b@c", false, "", "ALICE", "mismatch", "mismatch"},
      {alice, "", true, "", "", "mismatch", "mismatch"},
      {"", alice, true, "", "ALICE", "mismatch", "mismatch"},
      {"", "", true, "ALICE", "", "mismatch", "mismatch"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.from);
    CAPTURE(row.user_id);
    CAPTURE(row.user_id_valid);
    CAPTURE(row.bound);
    CAPTURE(row.other);
    Signature one = signature();
    one.certificate.user_ids = {{.text = row.user_id, .valid = row.user_id_valid}};
    for (const bool any : {false, true}) {
      World world;
      world.bindings.clear();
      if (*row.other != '\0') world.bindings[row.user_id] = row.other;
      world.bindings[row.from] = row.bound;
      world.from = row.from;
      world.any_signer = any;
      CHECK(world.verdict({one}) == (any ? row.any : row.verdict));
    }
  }
}

TEST_CASE("crypto/verdict: a certificate without a fingerprint is bound to nothing") {
  Signature one = signature();
  one.certificate.primary.fingerprint.clear();
  World world;
  world.bindings.clear();
  CHECK(world.verdict({one}) == "unbound");
}

TEST_CASE("crypto/verdict: a faulty key's verdict comes before the question of whose it is") {
  World stranger;
  stranger.bindings.clear();
  stranger.from = "x@y";
  const auto with = [&](auto change) {
    Signature one = signature();
    change(one);
    return stranger.verdict({one});
  };
  CHECK(with([](Signature& s) { s.key.revocation = Revocation::compromised; }) == "revoked-key");
  CHECK(with([](Signature& s) { s.key.expires = 1; }) == "expired-key");
  CHECK(with([](Signature& s) { s.hash = "sha1"; }) == "weak");
  CHECK(with([](Signature& s) { s.key.revocation = Revocation::retired, s.key.expires = 1, s.hash = "sha1"; }) ==
        "revoked-key");
  CHECK(with([](Signature& s) { s.key.expires = 1, s.hash = "sha1"; }) == "expired-key");
  CHECK(stranger.asked == 0);
}

TEST_CASE("crypto/verdict: of several signatures the first in the order of the contract, wherever it stands") {
  // One signature for each verdict, in that order.
  std::vector<Signature> each(8, signature());
  each[0].state = SignatureState::wrong;
  each[2].key.revocation = Revocation::compromised;
  each[3].key.expires = signed_at;
  each[4].hash = "md5";
  each[5].certificate.primary.fingerprint = "NOT-BOUND";
  each[6].certificate.primary.fingerprint = "EVE";
  each[6].certificate.user_ids = {{.text = "eve@evil.org", .valid = true}};
  each[7].state = SignatureState::unknown_key;
  const char* names[] = {"bad", "good", "revoked-key", "expired-key", "weak", "unbound", "mismatch", "unknown-key"};
  for (std::size_t a = 0; a < each.size(); ++a) {
    for (std::size_t b = 0; b < each.size(); ++b) {
      CAPTURE(a);
      CAPTURE(b);
      CHECK(World().verdict({each[a], each[b]}) == names[std::min(a, b)]);
      const auto judged = World().judged({each[a], each[b]});
      CHECK(verdict_name(judged->signatures[0].verdict) == names[a]);
      CHECK(verdict_name(judged->signatures[1].verdict) == names[b]);
    }
  }
  CHECK(World().verdict(each) == "bad");
}

TEST_CASE("crypto/verdict: an unreadable binding is an error unless a signature is bad") {
  World world;
  world.unreadable = true;
  CHECK(world.verdict({signature()}) == "keystore.binding");
  Signature wrong = signature();
  wrong.state = SignatureState::wrong;
  CHECK(world.verdict({signature(), wrong}) == "bad");
  CHECK(world.judged({signature(), wrong})->signatures[0].verdict == Verdict::unbound);
  Signature unknown = signature();
  unknown.state = SignatureState::unknown_key;
  CHECK(world.verdict({unknown}) == "unknown-key");
}

TEST_CASE("crypto/verdict: an address is asked for once") {
  World world;
  CHECK(world.verdict({signature(), signature(), signature()}) == "good");
  CHECK(world.asked == 1);
}
