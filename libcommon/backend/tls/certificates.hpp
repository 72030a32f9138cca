// Certificates in files and records, as DER.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dane/chain.hpp"
#include "dns/rdata_tlsa.hpp"

namespace sm::tls {

// Every certificate of a PEM file (RFC 7468 §5), in its order; other blocks and text between them are passed over.
// Errors: tls.certificate (data), also where there is none.
Result<std::vector<std::string>> read_certificates(std::string_view pem);

// Whether the data of a record of matching type 0 is what its selector says, whole: a certificate with a key that can
// be read, or such a key (RFC 7671 §5.2.1, RFC 6698 §2.1.2).
bool full_data_parses(const dns::Tlsa& record);

// Errors: tls.certificate (data).
Result<dane::CertificateFacts> read_facts(std::string_view der);

}  // namespace sm::tls
