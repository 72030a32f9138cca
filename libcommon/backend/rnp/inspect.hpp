// What RNP makes of a loaded certificate, in the terms of crypto/key.hpp.
#pragma once

#include "backend/rnp/ffi.hpp"
#include "crypto/key.hpp"

namespace sm::rnp {

Key inspect_key(rnp_key_handle_t key);
// `primary` is a primary key.
CertificateInfo inspect_certificate(rnp_key_handle_t primary);

}  // namespace sm::rnp
