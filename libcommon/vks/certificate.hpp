// What goes to a validating key server and comes from it, looked at by its armor and the framing of its packets alone:
// no signature is verified here. Whoever takes a certificate in judges it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "crypto/key.hpp"
#include "net/url.hpp"
#include "vks/query.hpp"

namespace sm::vks {

inline constexpr std::size_t max_certificate = limits::network_certificate;  // bytes, without armor
inline constexpr std::size_t max_answer = max_certificate / 2 * 3;           // bytes, in armor

// The certificates in an answer to `query`, in armor of our own: the server's comments, and whatever it has put around
// the blocks, are gone. Each must have what was asked for: the key, as primary key or subkey, or a user ID with the
// address. Errors, all of kind data: vks.answer: no armored certificate, damaged, or over max_certificate;
// vks.other-certificate: another one than was asked for.
Result<std::string> read_answer(std::string_view body, const Query& query, net::ToAscii to_ascii);

struct Upload {
  Fingerprint fingerprint;
  std::string keytext;  // in armor of our own
};
// The one certificate in `input`, armored or binary. Errors: vks.secret-key (key): there is a secret key in it, or what
// calls itself one; vks.input (data): no certificate, several of them, one of another version than 4, damaged, or over
// max_certificate.
Result<Upload> read_upload(std::string_view input);

}  // namespace sm::vks
