// What checking a detached signature and decrypting share.
#pragma once

#include "backend/rnp/ffi.hpp"

namespace sm::rnp {

using Verification = Handle<rnp_op_verify_st, rnp_op_verify_destroy>;

Unexpected bad_signature_packet();

}  // namespace sm::rnp
