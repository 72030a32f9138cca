#include "openpgp/verdict_output.hpp"

#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm {

namespace {

using pgpmime::MessageVerdict;
using pgpmime::SignatureLayer;

std::string_view form_name(SignatureLayer::Form form) {
  switch (form) {
    case SignatureLayer::Form::multipart_signed:
      return "multipart/signed";
    case SignatureLayer::Form::cleartext:
      return "cleartext";
    case SignatureLayer::Form::inline_message:
      return "inline-message";
    case SignatureLayer::Form::detached:
      return "detached";
    case SignatureLayer::Form::openpgp_message:
      break;
  }
  return "openpgp-message";
}

std::string signer_of(const Signature& signature) {
  return signature.certificate.fingerprint().empty() ? signature.key_id : signature.certificate.fingerprint();
}

std::string_view explanation(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return "a right signature by the key that the sender's address is bound to";
    case Verdict::bad:
      return "the signature is wrong: the message was changed, or never signed so";
    case Verdict::mismatch:
      return "a right signature, but by another address than that of From";
    case Verdict::unbound:
      return "a right signature by a key that claims the sender's address, which is not bound to it";
    case Verdict::weak:
      return "a right signature by means that no longer prove anything";
    case Verdict::expired_key:
      return "the key or the signature was expired";
    case Verdict::revoked_key:
      return "the key is revoked";
    case Verdict::partial:
      return "a signature covers only a part of the message";
    case Verdict::unknown_key:
      return "signed by a key that is not in the store";
    case Verdict::error:
      return "the signature can't be read";
    default:
      return "no signature";
  }
}

std::string names(const std::vector<std::string>& fields) {
  std::string joined;
  for (const std::string& field : fields) joined += (joined.empty() ? "" : ", ") + printable(field);
  return joined;
}

json::Value signature_json(const Signature& signature, const JudgedSignature& judged) {
  json::Array user_ids;
  for (const UserId& id : signature.certificate.user_ids)
    if (id.valid) user_ids.emplace_back(id.text);
  return json::Object{{"verdict", std::string(verdict_name(judged.verdict))},
                      {"note", judged.note},
                      {"key_id", signature.key_id},
                      {"key", signature.key.fingerprint},
                      {"certificate", signature.certificate.fingerprint()},
                      {"user_ids", std::move(user_ids)},
                      {"algorithm", signature.key.algorithm},
                      {"hash", signature.hash},
                      {"created", rfc3339(signature.created)},
                      {"expires", signature.expires == 0 ? json::Value() : json::Value(rfc3339(signature.expires))}};
}

}  // namespace

Result<void> verdict_status(cli::Context& context, const MessageVerdict& verdict) {
  SM_TRY(context.status("VERDICT", {{"verdict", std::string(verdict_name(verdict.verdict))}, {"from", verdict.from}}));
  for (const SignatureLayer& layer : verdict.layers)
    for (std::size_t i = 0; i < layer.signatures.size(); ++i) {
      const Signature& signature = layer.signatures[i];
      SM_TRY(context.status("SIGNATURE", {{"verdict", std::string(verdict_name(layer.judged[i].verdict))},
                                          {"scope", layer.outermost ? "message" : "part"},
                                          {"form", std::string(form_name(layer.form))},
                                          {"certificate", signature.certificate.fingerprint()},
                                          {"key_id", signature.key_id},
                                          {"hash", signature.hash},
                                          {"created", rfc3339(signature.created)}}));
    }
  return {};
}

std::string verdict_text(const MessageVerdict& verdict) {
  std::string text =
      std::string(verdict_name(verdict.verdict)) + "\n" + std::string(explanation(verdict.verdict)) + "\n";
  if (verdict.from.empty())
    text += "from        not exactly one address\n";
  else
    text += "from        " + printable(verdict.from) + "\n";
  if (!verdict.header.altered.empty())
    text += "altered     outside of what is signed: " + names(verdict.header.altered) + "\n";
  for (const SignatureLayer& layer : verdict.layers) {
    const std::string scope = layer.outermost ? "the message" : "part " + std::to_string(layer.part);
    if (!layer.problem.empty()) text += "signature   on " + scope + ": can't be read (" + layer.problem + ")\n";
    for (std::size_t i = 0; i < layer.signatures.size(); ++i) {
      const Signature& signature = layer.signatures[i];
      const JudgedSignature& judged = layer.judged[i];
      text += "signature   on " + scope + ": " + std::string(verdict_name(judged.verdict)) + "\n";
      if (layer.forwarded_from)
        text += "  from      " +
                (layer.forwarded_from->empty() ? "not exactly one address" : printable(*layer.forwarded_from)) +
                ", forwarded\n";
      if (!judged.note.empty()) text += "  note      " + printable(judged.note) + "\n";
      text += "  by        " + signer_of(signature) + "\n";
      for (const UserId& id : signature.certificate.user_ids)
        if (id.valid) text += "  user ID   " + printable(id.text) + "\n";
      if (signature.created != 0) text += "  made      " + local_time(signature.created) + ", " + signature.hash + "\n";
    }
  }
  return text;
}

json::Value verdict_json(const MessageVerdict& verdict) {
  json::Array layers;
  for (const SignatureLayer& layer : verdict.layers) {
    json::Array signatures;
    for (std::size_t i = 0; i < layer.signatures.size(); ++i)
      signatures.push_back(signature_json(layer.signatures[i], layer.judged[i]));
    layers.emplace_back(
        json::Object{{"form", std::string(form_name(layer.form))},
                     {"outermost", layer.outermost},
                     {"forwarded_from", layer.forwarded_from ? json::Value(*layer.forwarded_from) : json::Value()},
                     {"part", std::int64_t{layer.part}},
                     {"covered", json::Object{{"begin", static_cast<std::int64_t>(layer.covered.begin)},
                                              {"end", static_cast<std::int64_t>(layer.covered.end)}}},
                     {"problem", layer.problem},
                     {"signatures", std::move(signatures)}});
  }
  json::Array altered;
  for (const std::string& field : verdict.header.altered) altered.emplace_back(field);
  return json::Object{{"verdict", std::string(verdict_name(verdict.verdict))},
                      {"from", verdict.from},
                      {"header", json::Object{{"protection", verdict.header.mark}, {"altered", std::move(altered)}}},
                      {"layers", std::move(layers)}};
}

std::string verdict_remark(const MessageVerdict& verdict) {
  std::string text = "the signature is not good: " + std::string(verdict_name(verdict.verdict)) + ": " +
                     std::string(explanation(verdict.verdict));
  for (const SignatureLayer& layer : verdict.layers)
    for (const Signature& signature : layer.signatures)
      if (layer.outermost) return text + " (" + signer_of(signature) + ")";
  return text;
}

}  // namespace sm
