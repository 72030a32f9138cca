#include "backend/rnp/verify.hpp"
#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/literal_format.hpp"
#include "backend/rnp/message.hpp"

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

class CountingSource final : public Source {
 public:
  explicit CountingSource(Source& from) : from_(from) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = SM_TRY(from_.read(buffer));
    count_ += count;
    return count;
  }
  std::uint64_t count() const { return count_; }

 private:
  Source& from_;
  std::uint64_t count_ = 0;
};

// Drops the text of a signed message, until there is too much of it: absolutely, or for what went in.
class DroppedText final : public Sink {
 public:
  DroppedText(const CountingSource& message, std::uint64_t limit) : message_(message), limit_(limit) {}
  Result<void> write(std::string_view bytes) override {
    count_ += bytes.size();
    if (is_too_much(count_, message_.count(), limit_))
      return fail(ErrorKind::data, "crypto.too-long", "the signed message is too long");
    return {};
  }
  Result<void> finish() override { return {}; }
  std::uint64_t count() const { return count_; }

 private:
  const CountingSource& message_;
  std::uint64_t limit_;
  std::uint64_t count_ = 0;
};

Unexpected bad_signed_message() {
  return fail(ErrorKind::data, "crypto.bad-signed-message", "the signed message is malformed");
}

}  // namespace

rnp_result_t execute(Engine::State& state, rnp_op_verify_t operation) {
  state.wants_signers = true;
  const rnp_result_t status = rnp_op_verify_execute(operation);
  state.wants_signers = false;
  if (status == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
  return status;
}

Result<std::vector<Signature>> Engine::verify_message(Source& message, std::uint64_t limit) {
  State& state = *state_;
  state.begin("verify");
  state.forget_certificates();
  CountingSource counted(message);
  MimeLiteral packets(counted);
  DroppedText text(counted, limit);
  const SourceInput input(packets, state.failure);
  const SinkOutput output(text, state.failure);
  Verification operation;
  rnp_result_t status = rnp_op_verify_create(out(operation), state.ffi.get(), input.get(), output.get());
  if (status == RNP_SUCCESS) status = execute(state, operation.get());
  auto error = state.failure.take();
  // That none of the signatures is valid is for others to judge.
  std::vector<Signature> signatures;
  if (status == RNP_SUCCESS || status == RNP_ERROR_SIGNATURE_INVALID) signatures = state.collect(operation.get());
  state.forget_certificates();
  if (error && error->code == "crypto.damaged") return bad_signed_message();
  if (error) return Unexpected{std::move(*error)};
  if (signatures.empty() || !packets.expect_end(text.count())) return bad_signed_message();
  return signatures;
}

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
