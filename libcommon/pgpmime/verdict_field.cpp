#include "pgpmime/verdict_field.hpp"

#include <algorithm>

#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::size_t longest_value = 70;
constexpr std::size_t longest_line = 78;  // RFC 5322 §2.1.1

// The first signature on the whole message that has the message's verdict.
void name_signer(const MessageVerdict& verdict, VerdictField& field) {
  for (const SignatureLayer& layer : verdict.layers) {
    if (!layer.outermost) continue;
    if (verdict.verdict == Verdict::error && field.reason.empty()) field.reason = layer.problem;
    for (std::size_t i = 0; i < std::min(layer.signatures.size(), layer.judged.size()); ++i) {
      if (layer.judged[i].verdict != verdict.verdict) continue;
      const Signature& signature = layer.signatures[i];
      field.signer = signature.certificate.fingerprint();
      if (field.signer.empty()) field.key_id = signature.key_id;
      field.signed_at = signature.created;
      return;
    }
  }
}

}  // namespace

VerdictField verdict_field(const MessageVerdict& verdict, std::string_view program) {
  VerdictField field;
  field.verdict = verdict.verdict;
  field.program = program;
  field.from = verdict.from;
  name_signer(verdict, field);
  return field;
}

std::string field_text(const VerdictField& field, std::string_view eol) {
  std::string text = std::string(verdict_field_name) + ": " + std::string(verdict_name(field.verdict));
  std::size_t column = text.size();
  const auto add = [&](std::string_view key, std::string_view value) {
    const std::string escaped = percent_escape(value);
    if (escaped.empty() || escaped.size() > longest_value) return;
    text += ';';
    const std::size_t size = key.size() + 1 + escaped.size();
    // The ";" of before, the space, and one ";" that may follow.
    if (column + 1 + 1 + size + 1 > longest_line) {
      text += eol;
      column = 0;
    } else {
      ++column;
    }
    text.append(" ").append(key).append("=").append(escaped);
    column += 1 + size;
  };
  add("program", field.program);
  if (field.opened) add("opened", "yes");
  add("from", field.from);
  add("signer", field.signer);
  add("key", field.key_id);
  if (field.signed_at > 0) add("signed", rfc3339(field.signed_at));
  add("reason", field.reason);
  return text.append(eol);
}

}  // namespace sm::pgpmime
