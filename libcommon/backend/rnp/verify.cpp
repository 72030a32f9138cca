#include "backend/rnp/verify.hpp"
#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"

namespace sm::rnp {
namespace {

// RNP gives up on all signatures when it meets one hash or algorithm that it does not know: these are kept from it.
bool is_supported(const SignatureInfo& signature) {
  if (signature.version != 3 && signature.version != 4) return false;
  if (signature.type != 0x00 && signature.type != 0x01) return false;
  switch (signature.algorithm) {
    case 1:   // RSA
    case 3:   // RSA, sign only
    case 17:  // DSA
    case 19:  // ECDSA
    case 22:  // EdDSA
      break;
    default:
      return false;
  }
  switch (signature.hash) {
    case 1:   // MD5
    case 2:   // SHA-1
    case 3:   // RIPEMD-160
    case 8:   // SHA-256
    case 9:   // SHA-384
    case 10:  // SHA-512
    case 11:  // SHA-224
    case 12:  // SHA3-256
    case 14:  // SHA3-512
      return !signature.issuer.empty();
    default:
      return false;
  }
}

}  // namespace

Result<std::vector<Signature>> Engine::verify(Source& data, std::string_view signatures) {
  State& state = *state_;
  state.begin("verify");
  state.forget_certificates();

  const PacketRun run = leading_packets(signatures);
  std::vector<Signature> result;
  std::vector<std::size_t> checked;  // places in `result` of those that RNP sees
  std::string packets;
  for (const Packet& packet : run.packets) {
    if (packet.tag != packet_signature) continue;
    const auto info = parse_signature(packet.body);
    if (!info) return bad_signature_packet();
    Signature& signature = result.emplace_back();
    signature.key_id = info->issuer;
    signature.created = info->created;
    signature.expires = info->expires;
    if (!is_supported(*info)) continue;
    SM_TRY(state.load_signatory(info->issuer_fingerprint.empty() ? info->issuer : info->issuer_fingerprint));
    checked.push_back(result.size() - 1);
    packets += packet.raw;
  }
  if (!run.whole() || result.empty()) return bad_signature_packet();
  if (checked.empty()) return result;

  const SourceInput input(data, state.failure);
  const Input signature_input = memory_input(packets);
  Verification operation;
  rnp_result_t status =
      rnp_op_verify_detached_create(out(operation), state.ffi.get(), input.get(), signature_input.get());
  // Its result says only whether one signature is valid.
  if (status == RNP_SUCCESS) status = rnp_op_verify_execute(operation.get());
  if (auto error = state.failure.take()) return Unexpected{std::move(*error)};
  if (status == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  std::vector<Signature> seen = state.collect(operation.get());
  state.forget_certificates();
  if (seen.size() != checked.size()) return bad_signature_packet();
  for (std::size_t i = 0; i < seen.size(); ++i) result[checked[i]] = std::move(seen[i]);
  return result;
}

Unexpected bad_signature_packet() {
  return fail(ErrorKind::data, "crypto.bad-signature-packet", "the signature is malformed");
}

}  // namespace sm::rnp
