#include "keystore/resolve.hpp"

#include <algorithm>
#include <vector>

#include "text/ascii.hpp"
#include "text/hex.hpp"
#include "text/printable.hpp"

namespace sm {
namespace {

Unexpected malformed(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, "id.malformed", "'" + std::string(text) + "' " + std::string(why),
              "give a full fingerprint, a key ID of 16 digits, or an address");
}

// An addr-spec (RFC 5322 §3.4.1) as users write it: no spaces, nothing around it.
bool is_address(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == text.size() || !is_utf8(text)) return false;
  if (std::ranges::any_of(text, [](char c) { return is_space(c) || (c >= 0 && c < ' ') || c == '\x7f'; })) return false;
  constexpr std::string_view specials = "<>(),;\\\"@";
  const std::string_view local = text.substr(0, at);
  const bool quoted = local.size() > 2 && local.front() == '"' && local.back() == '"';
  return (quoted || local.find_first_of(specials) == std::string_view::npos) &&
         text.substr(at + 1).find_first_of(specials) == std::string_view::npos;
}

std::string list_of(const std::vector<Fingerprint>& fingerprints) {
  std::string text;
  for (const Fingerprint& fingerprint : fingerprints) text += (text.empty() ? "" : ", ") + fingerprint;
  return text;
}

Unexpected ambiguous(std::string_view id, const std::vector<Fingerprint>& found, std::string_view hint) {
  return fail(ErrorKind::usage, "id.ambiguous",
              std::string(id) + " could be any of " + std::to_string(found.size()) + " certificates: " + list_of(found),
              std::string(hint));
}

Unexpected unknown(std::string_view id) {
  return fail(ErrorKind::key, "id.unknown", "no certificate for " + std::string(id));
}

Unexpected in_conflict(Keystore& store, const Binding& binding) {
  std::string others;
  Fingerprint successor;
  for (const BindingConflict& conflict : binding.conflicts) {
    others.append(others.empty() ? "" : ", ").append(conflict.fingerprint);
    // Whatever hinders telling leaves the conflict what it is.
    const auto named = store.is_successor(binding.address, conflict.fingerprint, binding.fingerprint);
    if (!named || !*named) continue;
    others += " (its successor: signed by the old key)";
    successor = conflict.fingerprint;
  }
  std::string message = binding.address;
  message.append(" is bound to ").append(binding.fingerprint).append(", but ").append(others);
  message += " was found for it since";
  std::string hint = "ask " + binding.address;
  hint.append(" which is right, then: smkey accept ").append(binding.address).append(" ");
  hint += successor.empty() ? "FINGERPRINT" : successor;
  return fail(ErrorKind::key, "id.conflict", std::move(message), std::move(hint));
}

Result<Fingerprint> resolve_key(Keystore& store, const Id& id) {
  // The primary key itself is found without the certificate's being read a first time here and a second time by who
  // uses it.
  if (id.kind == IdKind::fingerprint && SM_TRY(store.has_certificate(id.text))) return id.text;
  std::vector<Fingerprint> found = SM_TRY(store.holders(id.text));
  if (found.empty()) return unknown(id.text);
  if (found.size() > 1) return ambiguous(id.text, found, "use the full fingerprint");
  return std::move(found.front());
}

Result<Fingerprint> resolve_address(Keystore& store, const std::string& address, bool as_recipient) {
  const auto binding = SM_TRY(store.binding(address));
  if (binding) {
    if (as_recipient && !binding->conflicts.empty()) return in_conflict(store, *binding);
    if (!SM_TRY(store.has_certificate(binding->fingerprint))) {
      return fail(ErrorKind::key, "id.certificate-missing",
                  address + " is bound to " + binding->fingerprint + ", which is not in the store",
                  "import that certificate, or accept another for the address");
    }
    return binding->fingerprint;
  }
  std::vector<Fingerprint> found = SM_TRY(store.claimants(address));
  if (found.empty()) return unknown(address);
  if (found.size() > 1)
    return ambiguous(address, found, "choose one for good with smkey accept, or use its fingerprint");
  return std::move(found.front());
}

}  // namespace

Result<Id> parse_id(std::string_view text) {
  const std::string_view trimmed = trim(text);
  if (trimmed.empty()) return malformed(text, "is empty");
  if (trimmed.find('@') != std::string_view::npos) {
    if (!is_address(trimmed)) return malformed(text, "is not an address");
    return Id{IdKind::address, lower(trimmed)};
  }
  std::string digits = hex_digits(trimmed);
  if (digits.empty()) return malformed(text, "is neither a fingerprint nor an address");
  switch (digits.size()) {
    case 40:
      return Id{IdKind::fingerprint, std::move(digits)};
    case 16:
      return Id{IdKind::key_id, std::move(digits)};
    case 8:
      return fail(ErrorKind::usage, "id.short",
                  "'" + std::string(text) + "' is a short key ID, which anybody can forge",
                  "give the full fingerprint");
    case 64:
      return malformed(text, "is the fingerprint of a version 6 key, which can't be used");
    default:
      return malformed(text, "has " + std::to_string(digits.size()) + " digits; a fingerprint has 40, a key ID 16");
  }
}

Result<Fingerprint> resolve(Keystore& store, std::string_view id) {
  const Id parsed = SM_TRY(parse_id(id));
  if (parsed.kind == IdKind::address) return resolve_address(store, parsed.text, false);
  return resolve_key(store, parsed);
}

Result<Fingerprint> resolve_recipient(Keystore& store, std::string_view id) {
  const Id parsed = SM_TRY(parse_id(id));
  if (parsed.kind == IdKind::address) return resolve_address(store, parsed.text, true);
  if (parsed.kind == IdKind::key_id) {
    return fail(ErrorKind::usage, "id.not-a-recipient",
                "'" + std::string(id) + "' is a key ID, which names no recipient",
                "give the full fingerprint or an address");
  }
  return resolve_key(store, parsed);
}

}  // namespace sm
