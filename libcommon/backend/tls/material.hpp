// Keys and certificates in files as what TLSA records are made of.
#pragma once

#include <string_view>
#include <vector>

#include "dane/material.hpp"

namespace sm::tls {

// Every certificate of a PEM file, in its order, or the one of a DER file. Errors: tls.certificate (data).
Result<std::vector<dane::Material>> read_chain(std::string_view file);

// A private or public key, PEM or DER. Errors: tls.key (data); tls.key-protected (key): it has a passphrase.
Result<dane::Material> read_key(std::string_view file);

// The key of a certificate request (PKCS #10, RFC 2986), PEM or DER, which must be signed by it. Errors: tls.request
// (data).
Result<dane::Material> read_request(std::string_view file);

// A certificate in DER. Errors: tls.certificate (data).
Result<dane::Material> read_material(std::string_view der);

// As dane::MakeRecord says.
Result<dns::Tlsa> make_record(const dane::RecordForm& form, const dane::Material& material);

}  // namespace sm::tls
