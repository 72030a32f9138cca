// Verdict: what a program may say of a message, judged from its signatures and its From field. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ports.hpp"

namespace sm {

enum class Verdict { good, bad, mismatch, unbound, weak, expired_key, revoked_key, partial, none, unknown_key, error };

// "good", "expired-key" …
std::string_view verdict_name(Verdict verdict);

// What a signature is by itself, in the terms of the message verdict; `note` is for the reader ("key expired later").
struct JudgedSignature {
  Verdict verdict = Verdict::unknown_key;
  std::string note;
};

// To which certificate an address is bound; empty if to none. A conflict or an unreadable binding is no answer but an
// Error.
using BindingLookup = std::function<Result<Fingerprint>(std::string_view address)>;
// The address in a user ID (mime::user_id_address), normalised.
using UserIdAddress = std::function<std::string(std::string_view user_id)>;

struct Judgement {
  Verdict verdict = Verdict::none;
  std::vector<JudgedSignature> signatures;  // parallel to the input
};

// The rule of the contract, "Verdict of a message", over all signatures on the outermost body: the first that applies
// of bad, good, revoked-key, expired-key, weak, unbound, mismatch, unknown-key; none if there is no signature. `from`:
// the one address of From in normal form; empty if it is missing, empty, repeated or not exactly one, and then never
// good. `any_signer`: bound to any address of its user IDs will do. `now`: seconds since the epoch; a signature of up
// to five minutes later is not yet from the future. An Error of `binding` is returned, unless a signature is bad.
// partial and error are the caller's to say.
Result<Judgement> judge(const std::vector<Signature>& signatures, std::string_view from, bool any_signer,
                        std::int64_t now, const BindingLookup& binding, const UserIdAddress& address_of);

}  // namespace sm
