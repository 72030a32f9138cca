#include "pgpmime/verify.hpp"

#include <algorithm>

#include "mime/address.hpp"
#include "mime/decoded_body.hpp"
#include "pgpmime/inline_signatures.hpp"
#include "pgpmime/payload.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::size_t max_layers = 100;

// Reads the signature part; a part that holds none is a problem of the layer, not a failure of the program.
Result<SignatureLayer> verify_signed(Document& document, const mime::Outline& outline, const SignedParts& parts,
                                     Verifier& verifier) {
  SignatureLayer layer;
  layer.part = parts.whole;
  layer.outermost = parts.whole == 0 && parts.exact;
  const mime::Part& entity = outline.part(parts.entity);
  layer.covered = entity.whole;

  const auto encoded = mime::decoded_body(document, outline.part(parts.signature));
  std::string packets;
  if (!SM_TRY(take_into(layer, signature_packets(*encoded), packets))) return layer;

  // RFC 3156 §5: the digital signature is over the canonical text form, with CRLF.
  Range range(document, layer.covered);
  EolSource canonical(range, Eol::crlf, outline.lone_cr);
  SM_TRY(take_into(layer, verifier.verify(canonical, packets), layer.signatures));
  return layer;
}

Unexpected too_many_signatures() {
  return fail(ErrorKind::data, "pgpmime.too-many-signatures", "the message has more than 100 signed parts");
}

// The From of the forwarded message that holds the part; nullopt if none does.
Result<std::optional<std::string>> forwarded_from(Document& document, const mime::Outline& outline, int part) {
  for (int inner = part; inner >= 0; inner = outline.part(inner).parent) {
    const int parent = outline.part(inner).parent;
    if (parent < 0 || outline.part(parent).header.kind != mime::PartKind::message) continue;
    const std::string header = SM_TRY(document.text(outline.part(inner).header_bytes, limits::header_bytes));
    return std::optional(from_address(mime::parse_header(header, outline.lone_cr)));
  }
  return std::optional<std::string>();
}

}  // namespace

SignatureLayer message_layer(const Decryption& decryption, Extent covered, bool outermost) {
  SignatureLayer layer;
  layer.form = SignatureLayer::Form::openpgp_message;
  layer.outermost = outermost;
  layer.covered = covered;
  layer.signatures = decryption.signatures;
  return layer;
}

Result<std::vector<SignatureLayer>> verify_layers(Document& document, const mime::Outline& outline,
                                                  Verifier& verifier) {
  std::vector<SignatureLayer> layers;
  for (std::size_t part = 0; part < outline.parts.size(); ++part) {
    const auto parts = signed_parts(outline, static_cast<int>(part));
    if (!parts) continue;
    if (layers.size() == max_layers) return too_many_signatures();
    layers.push_back(SM_TRY(verify_signed(document, outline, *parts, verifier)));
  }
  if (!SM_TRY(add_inline_layers(document, outline, verifier, max_layers, layers))) return too_many_signatures();
  for (SignatureLayer& layer : layers) layer.forwarded_from = SM_TRY(forwarded_from(document, outline, layer.part));
  return layers;
}

Result<MessageVerdict> judge_layers(std::vector<SignatureLayer> layers, std::string from, const VerifyPolicy& policy) {
  const UserIdAddress address_of = [](std::string_view user_id) {
    return mime::user_id_address(user_id).value_or(std::string());
  };
  MessageVerdict result;
  result.from = std::move(from);
  std::vector<Signature> outermost;
  bool any = false;
  bool unreadable = false;
  for (SignatureLayer& layer : layers) {
    const std::string& judged_from = layer.forwarded_from ? *layer.forwarded_from : result.from;
    const Judgement judgement =
        SM_TRY(judge(layer.signatures, judged_from, policy.any_signer, policy.now, policy.binding, address_of));
    layer.judged = judgement.signatures;
    any = any || !layer.signatures.empty() || !layer.problem.empty();
    if (!layer.outermost) continue;
    unreadable = unreadable || !layer.problem.empty();
    outermost.insert(outermost.end(), layer.signatures.begin(), layer.signatures.end());
  }
  result.layers = std::move(layers);
  if (!outermost.empty()) {
    const Judgement judgement =
        SM_TRY(judge(outermost, result.from, policy.any_signer, policy.now, policy.binding, address_of));
    result.verdict = judgement.verdict;
  } else if (unreadable) {
    result.verdict = Verdict::error;
  } else {
    result.verdict = any ? Verdict::partial : Verdict::none;
  }
  return result;
}

Result<MessageVerdict> judge_message(std::vector<SignatureLayer> layers, const mime::Header& outer, Document& document,
                                     const mime::Outline& outline, const VerifyPolicy& policy) {
  MessageVerdict result = SM_TRY(judge_layers(std::move(layers), from_address(outer), policy));
  // A signature in the text of a part covers no header.
  const auto covers_entity = [](const SignatureLayer& layer) {
    return layer.outermost && (layer.form == SignatureLayer::Form::multipart_signed ||
                               layer.form == SignatureLayer::Form::openpgp_message);
  };
  if (std::ranges::none_of(result.layers, covers_entity)) return result;
  const auto payload = SM_TRY(payload_header(document, outline, 0));
  if (!payload) return result;
  result.header.mark = payload->mark.older                                   ? "v1"
                       : payload->mark.protection == mime::Protection::clear ? "clear"
                                                                             : "cipher";
  result.header.from_differs = from_differs(outer, payload->header());
  result.header.altered = mime::altered_fields(outer, payload->header());
  if (result.header.from_differs && !policy.any_signer && result.verdict == Verdict::good)
    result.verdict = Verdict::mismatch;
  return result;
}

Result<MessageVerdict> verify(Document& document, const mime::Outline& outline, Verifier& verifier,
                              const VerifyPolicy& policy) {
  auto layers = SM_TRY(verify_layers(document, outline, verifier));
  return judge_message(std::move(layers), outline.top(), document, outline, policy);
}

}  // namespace sm::pgpmime
