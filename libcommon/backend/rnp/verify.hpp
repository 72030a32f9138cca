// What checking signatures and decrypting share.
#pragma once

#include "backend/rnp/engine.hpp"
#include "backend/rnp/ffi.hpp"

namespace sm::rnp {

using Verification = Handle<rnp_op_verify_st, rnp_op_verify_destroy>;

// Runs `operation`, in which certificates of signers are asked for.
rnp_result_t execute(Engine::State& state, rnp_op_verify_t operation);

Unexpected bad_signature_packet();

}  // namespace sm::rnp
