// Certificates that count by DNS-ID alone (RFC 6125 §6.4, RFC 8461 §3.3, §4.1): a common name is nobody's name.
#pragma once

#include <string>

namespace sm::tls {

// `context` is an SSL_CTX: what it connects to must prove `host` by a DNS name in the subjectAltName. A star stands for
// the whole leftmost label, and for no more than that. False: no certificate can have such a name. Fits
// curl::CertificateRule.
bool by_dns_id(void* context, const std::string& host);

}  // namespace sm::tls
