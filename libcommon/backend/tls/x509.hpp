// OpenSSL's certificates as values of ours. Seen by this folder only.
#pragma once

#include <openssl/x509.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/handle.hpp"
#include "base/result.hpp"

namespace sm::tls {

using Certificate = Handle<X509, X509_free>;

// One certificate in DER and nothing behind it. Errors: tls.certificate (data).
Result<Certificate> parse_certificate(std::string_view der);
std::string to_der(const X509& certificate);
// nullopt: no time that can be read.
std::optional<std::chrono::sys_seconds> time_of(const ASN1_TIME* time);

}  // namespace sm::tls
