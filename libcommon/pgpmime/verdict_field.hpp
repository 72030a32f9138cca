// SM-Verdict: a verdict as a header field, for the filters, sieve scripts and mail readers behind us. In the manner of
// Authentication-Results (RFC 8601): the bare verdict first, then pairs. Its grammar, in ABNF (RFC 5234):
//
//   field   = "SM-Verdict:" SP verdict 1*( ";" FWS pair ) CRLF
//   verdict = "good" / "bad" / "mismatch" / "unbound" / "weak" / "expired-key" / "revoked-key" /
//             "partial" / "none" / "unknown-key" / "error"
//   pair    = key "=" value
//   key     = 1*( %x61-7A / "-" )
//   value   = 1*( ALPHA / DIGIT / "-" / "." / "_" / "@" / ":" / "/" / "+" / "%" 2HEXDIG )
//
// FWS is a space, or a line end and a space; lines have at most 78 characters; ";" follows every verdict, so that
// "SM-Verdict: good;" is no prefix of anything else. The keys, in this order, each at most once:
//
//   program  always: who says so, "smsign" or "smcrypt"
//   opened   "yes": the message came encrypted and was decrypted
//   from     the address that the verdict is about; absent if From names no single one, or if it takes more than 70
//            characters
//   signer   fingerprint of the certificate that signed; of several signatures the first that the verdict is of
//   key      its key ID, if the certificate is not known
//   signed   when, as the signature says: RFC 3339
//   reason   of "error": the code of what went wrong
//
// Nothing else of a message or of a certificate gets in: no user ID, name, comment or subject. What does is escaped.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/verdict.hpp"
#include "pgpmime/verify.hpp"

namespace sm::pgpmime {

inline constexpr std::string_view verdict_field_name = "SM-Verdict";

struct VerdictField {
  Verdict verdict = Verdict::error;
  std::string program;
  bool opened = false;
  std::string from;
  Fingerprint signer;
  std::string key_id;
  std::int64_t signed_at = 0;  // seconds since the epoch; 0: no signature decided
  std::string reason;
};

// What of a verdict goes into the field.
VerdictField verdict_field(const MessageVerdict& verdict, std::string_view program);

// The field, each line with `eol`.
std::string field_text(const VerdictField& field, std::string_view eol);

}  // namespace sm::pgpmime
