#include "crypto/verdict.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace sm {
namespace {

// A signature of another machine may be this many seconds ahead of our clock before it counts as of the future.
constexpr std::int64_t clock_skew = 300;

// The order of the contract: the first that applies to any signature is the message's.
constexpr std::array order = {Verdict::bad,  Verdict::good,    Verdict::revoked_key, Verdict::expired_key,
                              Verdict::weak, Verdict::unbound, Verdict::mismatch,    Verdict::unknown_key};

void add(std::string& note, std::string_view more) {
  if (!note.empty()) note += ", ";
  note += more;
}

std::string_view revocation_text(Revocation revocation) {
  switch (revocation) {
    case Revocation::superseded:
      return "key superseded";
    case Revocation::retired:
      return "key retired";
    case Revocation::compromised:
      return "key compromised";
    case Revocation::none:
    case Revocation::no_reason:
    case Revocation::no_longer_valid:
      break;
  }
  return "key revoked";
}

// RFC 9580 §5.2.3.31: only superseded and retired leave older signatures standing.
bool is_hard(Revocation revocation) {
  return revocation == Revocation::compromised || revocation == Revocation::no_reason;
}

bool was_revoked(const Key& key, std::int64_t when) {
  return key.revocation != Revocation::none && (is_hard(key.revocation) || key.revoked_at <= when);
}

bool is_weak_hash(std::string_view hash) {
  return hash == "md5" || hash == "sha1" || hash == "ripemd160";
}

// All that can be said of a signature without the bindings; nullopt: right, and made by a sound key.
std::optional<JudgedSignature> judge_alone(const Signature& signature, std::int64_t now) {
  if (signature.state == SignatureState::wrong) return JudgedSignature{Verdict::bad, "signature is wrong"};
  if (signature.created > now + clock_skew) return JudgedSignature{Verdict::bad, "signature is from the future"};
  if (signature.state == SignatureState::unknown_key) return JudgedSignature{Verdict::unknown_key, {}};
  if (signature.state == SignatureState::unsupported)
    return JudgedSignature{Verdict::unknown_key, "unsupported signature"};

  const Key& key = signature.key;
  const Key& primary = signature.certificate.primary;
  if (signature.created < key.created) return JudgedSignature{Verdict::bad, "signature is older than its key"};
  for (const Key* each : {&key, &primary}) {
    if (was_revoked(*each, signature.created)) {
      return JudgedSignature{Verdict::revoked_key, std::string(revocation_text(each->revocation))};
    }
  }
  if (key.expired(signature.created) || primary.expired(signature.created)) {
    return JudgedSignature{Verdict::expired_key, "key had expired"};
  }
  if (signature.expires != 0 && signature.expires <= now) {
    return JudgedSignature{Verdict::expired_key, "signature expired"};
  }
  // Such a key is not the certificate's to sign with, so nobody whom we know has signed.
  if (!key.valid || !primary.valid) return JudgedSignature{Verdict::unknown_key, "key is not bound to its certificate"};
  if (!key.can_sign) return JudgedSignature{Verdict::unknown_key, "key is not for signing"};
  if (is_weak_hash(signature.hash)) return JudgedSignature{Verdict::weak, "hash " + signature.hash};
  for (const Key* each : {&key, &primary}) {
    if (each->weak) return JudgedSignature{Verdict::weak, "key " + each->algorithm};
  }
  return std::nullopt;
}

// What happened to the key after a good signature.
std::string later(const Signature& signature, std::int64_t now) {
  std::string note;
  const Key& key = signature.key;
  const Key& primary = signature.certificate.primary;
  if (key.expired(now) || primary.expired(now)) add(note, "key expired later");
  const Revocation revocation = key.revocation != Revocation::none ? key.revocation : primary.revocation;
  if (revocation != Revocation::none) add(note, std::string(revocation_text(revocation)) + " later");
  return note;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "good";
    case Verdict::bad:
      return "bad";
    case Verdict::mismatch:
      return "mismatch";
    case Verdict::unbound:
      return "unbound";
    case Verdict::weak:
      return "weak";
    case Verdict::expired_key:
      return "expired-key";
    case Verdict::revoked_key:
      return "revoked-key";
    case Verdict::partial:
      return "partial";
    case Verdict::none:
      return "none";
    case Verdict::unknown_key:
      return "unknown-key";
    case Verdict::error:
      break;
  }
  return "error";
}

Result<Judgement> judge(const std::vector<Signature>& signatures, std::string_view from, bool any_signer,
                        std::int64_t now, const BindingLookup& binding, const UserIdAddress& address_of) {
  std::map<std::string, Fingerprint, std::less<>> bindings;  // each address is asked for once
  const auto is_bound = [&](std::string_view address, const Fingerprint& fingerprint) -> Result<bool> {
    auto known = bindings.find(address);
    if (known == bindings.end()) known = bindings.emplace(address, SM_TRY(binding(address))).first;
    return !known->second.empty() && known->second == fingerprint;
  };
  const auto judge_signer = [&](const Signature& signature) -> Result<JudgedSignature> {
    const CertificateInfo& certificate = signature.certificate;
    if (from.empty()) return JudgedSignature{Verdict::mismatch, "From names no single address"};
    if (SM_TRY(is_bound(from, certificate.fingerprint()))) return JudgedSignature{Verdict::good, later(signature, now)};
    bool fits = false;
    for (const UserId& user_id : certificate.user_ids) {
      const std::string address = user_id.valid ? address_of(user_id.text) : std::string();
      if (address.empty()) continue;
      if (any_signer && SM_TRY(is_bound(address, certificate.fingerprint()))) {
        return JudgedSignature{Verdict::good, later(signature, now)};
      }
      fits |= address == from;
    }
    if (fits) return JudgedSignature{Verdict::unbound, {}};
    return JudgedSignature{Verdict::mismatch, {}};
  };

  Judgement judgement;
  std::vector<std::size_t> sound;  // to be judged by their signer
  for (const Signature& signature : signatures) {
    auto alone = judge_alone(signature, now);
    if (!alone) sound.push_back(judgement.signatures.size());
    judgement.signatures.push_back(std::move(alone).value_or(JudgedSignature{}));
  }
  const auto is = [](Verdict verdict) { return [verdict](const JudgedSignature& s) { return s.verdict == verdict; }; };
  const bool bad = std::ranges::any_of(judgement.signatures, is(Verdict::bad));
  for (const std::size_t i : sound) {
    auto judged = judge_signer(signatures[i]);
    // A binding that can't be read must not hide a bad signature beside it.
    if (!judged && !bad) return Unexpected{std::move(judged).error()};
    judgement.signatures[i] = judged ? std::move(*judged) : JudgedSignature{Verdict::unbound, "binding can't be read"};
  }
  const auto* first = std::ranges::find_if(
      order, [&](Verdict verdict) { return std::ranges::any_of(judgement.signatures, is(verdict)); });
  if (first != order.end()) judgement.verdict = *first;
  return judgement;
}

}  // namespace sm
