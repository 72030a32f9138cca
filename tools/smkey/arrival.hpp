// What a server sent: certificates that others chose, of which the store takes only what was asked for. A server, or
// whoever can write to it, may add what it likes to a certificate: user IDs of other people, signatures by the
// thousand, other certificates, a secret key. Nothing of that comes in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "openpgp/session.hpp"

namespace sm::smkey {

// The certificates in an answer, armored or binary, each in binary. smkey.answer (data): no OpenPGP, more than limits::
// network_certificate bytes, more than 5,000 packets, no certificate or more than 100, or something else than
// certificates, a secret key for one.
Result<std::vector<std::string>> split_answer(std::string_view answer);

struct Arrival {
  Fingerprint fingerprint;
  std::string found;     // what is worth having of it
  std::string news;      // what the store may take of it
  CertificateInfo info;  // with that, and with what the store knows of it
};

// One that was asked for by address: of its user IDs come in those of `address` that are valid. nullopt: it has none.
// Of its signatures come in the newest by itself and its revocations; if it is the successor of `bound`, the
// certificate to which the address is bound (or empty), also what others signed on these user IDs, `bound` among them.
// Errors: crypto.bad-certificate, smkey.answer (data): with it the certificate would be larger than
// limits::network_certificate.
Result<std::optional<Arrival>> arrival_of_address(Session& session, std::string_view certificate,
                                                  const std::string& address, const std::string& bound);
// One that was asked for by its fingerprint, and is stored as `stored`: no user ID comes in that is not there.
Result<Arrival> arrival_of_update(Session& session, std::string_view certificate, std::string_view stored);

}  // namespace sm::smkey
