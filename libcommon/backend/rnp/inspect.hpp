// What a loaded certificate says of itself, in the terms of crypto/key.hpp. RNP judges each self-signature; which of
// them counts is decided here, since RNP takes the first of several revocations, goes on believing user IDs that are
// revoked, and lets a direct-key signature hide the expiry that the user IDs state.
//
// - Of the right signatures of one kind on one component (a user ID, a subkey, the key itself) the newest counts, of
//   equally old ones the last.
// - A key or subkey that was revoked stays so. Of several revocations the gravest counts: compromised, then without a
//   reason (RFC 9580 §5.2.3.31 calls these hard), then the earliest.
// - A user ID is revoked unless its self-signature is newer than the revocation: GnuPG and Sequoia agree on that.
// - The primary user ID is, of the valid ones, the newest that says so, otherwise the newest.
// - The primary key ends at the earlier of what its direct-key signature and its primary user ID say. Its flags are the
//   direct-key signature's, otherwise the primary user ID's.
// - A key without a self-signature is not valid: what would limit it may have been taken away.
// - Without flags a primary key may do what its algorithm can, a subkey only encrypt: its own consent to sign for the
//   certificate (§5.2.1.9) is asked for only where a flag says that it signs.
#pragma once

#include "backend/rnp/ffi.hpp"
#include "crypto/key.hpp"

namespace sm::rnp {

// What the key packet says; nothing of what self-signatures add.
Key inspect_key(rnp_key_handle_t key);
// `primary` is a primary key whose public part is loaded.
CertificateInfo inspect_certificate(rnp_key_handle_t primary);
// The same, and takes user IDs that do not count out of the context, if RNP lets them end the key at another time: its
// operations would refuse a key that is good.
CertificateInfo adopt_certificate(rnp_key_handle_t primary);

}  // namespace sm::rnp
