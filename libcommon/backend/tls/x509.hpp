// OpenSSL's certificates as values of ours. Seen by this folder only.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace sm::tls {

using Certificate = Handle<X509, X509_free>;

// One certificate in DER and nothing behind it. Errors: tls.certificate (data).
Result<Certificate> parse_certificate(std::string_view der);
std::string to_der(const X509& certificate);

}  // namespace sm::tls
