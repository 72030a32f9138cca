#include "describe.hpp"

#include <algorithm>

#include "crypto/key_packet.hpp"
#include "crypto/packets.hpp"
#include "mime/address.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

constexpr std::int64_t day = 86'400;

Result<std::map<Fingerprint, SecretPart>> secret_parts_of(Keystore& store, const Fingerprint& fingerprint) {
  std::map<Fingerprint, SecretPart> parts;
  const auto secret = SM_TRY(store.secret_key(fingerprint));
  if (!secret) return parts;
  // Of a file that is damaged nothing is known to be here.
  const auto packets = split_packets(secret->view());
  if (!packets) return parts;
  for (const Packet& packet : *packets) {
    if (packet.tag != packet_secret_key && packet.tag != packet_secret_subkey) continue;
    if (const auto key = parse_key(packet.body, true))
      parts[fingerprint_of_key(key->public_part)] = key->is_stub        ? SecretPart::elsewhere
                                                    : key->is_protected ? SecretPart::locked
                                                                        : SecretPart::stored;
  }
  return parts;
}

std::string_view reason_name(Revocation revocation) {
  switch (revocation) {
    case Revocation::superseded:
      return "superseded";
    case Revocation::compromised:
      return "compromised";
    case Revocation::retired:
      return "retired";
    case Revocation::no_longer_valid:
      return "no-longer-valid";
    default:
      return "none";
  }
}

std::string_view secret_name(const Description& description, const Key& key) {
  const auto part = description.secret_parts.find(key.fingerprint);
  switch (part == description.secret_parts.end() ? SecretPart::missing : part->second) {
    case SecretPart::elsewhere:
      return "offline";
    case SecretPart::stored:
      return "stored";
    case SecretPart::locked:
      return "protected";
    default:
      return "missing";
  }
}

json::Value time_or_null(std::int64_t seconds) {
  return seconds == 0 ? json::Value() : json::Value(rfc3339(seconds));
}

json::Value key_json(const Description& description, const Key& key, std::int64_t now) {
  json::Array uses;
  for (std::string& use : uses_of(key)) uses.emplace_back(std::move(use));
  json::Object object{{"fingerprint", key.fingerprint},  {"algorithm", key.algorithm},
                      {"bits", std::int64_t{key.bits}},  {"weak", key.weak},
                      {"uses", std::move(uses)},         {"state", state_of(key, now)},
                      {"created", rfc3339(key.created)}, {"expires", time_or_null(key.expires)}};
  if (key.revocation != Revocation::none) {
    object.emplace_back("revoked", rfc3339(key.revoked_at));
    object.emplace_back("reason", reason_name(key.revocation));
  }
  if (description.secret_stored) object.emplace_back("secret", secret_name(description, key));
  return object;
}

json::Value user_id_json(const UserId& id) {
  json::Object object{{"text", id.text}, {"valid", id.valid}, {"revoked", id.revoked}, {"primary", id.primary}};
  if (id.revoked) {
    object.emplace_back("revoked_at", rfc3339(id.revoked_at));
    object.emplace_back("reason", reason_name(id.revocation));
  }
  return object;
}

json::Value binding_json(const Binding& binding) {
  return json::Object{{"address", binding.address},
                      {"source", std::string(binding_source_name(binding.source))},
                      {"first_seen", rfc3339(binding.first_seen)}};
}

// Both kinds: an address of this certificate that is bound to another, and another that claims an address of this one.
json::Array conflicts_json(const Description& description) {
  json::Array conflicts;
  const auto add = [&](const Binding& binding, const Fingerprint& with, BindingSource source, std::int64_t seen) {
    conflicts.emplace_back(json::Object{{"address", binding.address},
                                        {"bound_to", binding.fingerprint},
                                        {"fingerprint", with},
                                        {"source", std::string(binding_source_name(source))},
                                        {"seen", rfc3339(seen)}});
  };
  for (const Binding& binding : description.others)
    add(binding, binding.fingerprint, binding.source, binding.first_seen);
  for (const Binding& binding : description.bindings)
    for (const BindingConflict& conflict : binding.conflicts)
      add(binding, conflict.fingerprint, conflict.source, conflict.seen);
  return conflicts;
}

// What is another tomorrow although nothing was changed.
json::Value run_json(const Description& description, std::int64_t now) {
  const std::int64_t end = ends(description, now);
  json::Object run{{"days_left", end <= now ? json::Value() : json::Value(days_left(end, now))}};
  if (description.unlocked.empty()) return run;
  json::Array unlocked;
  for (const keyring::Unlocked& one : description.unlocked)
    unlocked.emplace_back(json::Object{{"scope", one.scope == keyring::Scope::session ? "session" : "user"},
                                       {"until", rfc3339(one.until)}});
  run.emplace_back("unlocked", std::move(unlocked));
  return run;
}

json::Value fingerprint_or_null(const KeyChoice& choice) {
  return choice.key ? json::Value(choice.key->fingerprint) : json::Value();
}

}  // namespace

Result<Description> describe(Keystore& store, CertificateInfo info, bool secret_stored,
                             const std::vector<Binding>& bindings) {
  Description description{.info = std::move(info), .secret_stored = secret_stored};
  const Fingerprint& fingerprint = description.info.fingerprint();
  if (secret_stored) {
    description.secret_parts = SM_TRY(secret_parts_of(store, fingerprint));
    description.unlocked = keyring::unlocked(fingerprint);
  }
  std::ranges::copy_if(bindings, std::back_inserter(description.bindings),
                       [&](const Binding& binding) { return binding.fingerprint == fingerprint; });
  for (const UserId& id : description.info.user_ids) {
    const auto address = id.valid ? mime::user_id_address(id.text) : std::nullopt;
    if (!address) continue;
    const auto binding = std::ranges::find(bindings, *address, &Binding::address);
    if (binding == bindings.end()) {
      if (std::ranges::count(description.unbound, *address) == 0) description.unbound.push_back(*address);
    } else if (binding->fingerprint != fingerprint && std::ranges::count(description.others, *binding) == 0) {
      description.others.push_back(*binding);
    }
  }
  return description;
}

std::string_view state_of(const Key& key, std::int64_t now) {
  if (key.revocation != Revocation::none) return "revoked";
  if (!key.valid || key.created > now) return "invalid";
  return key.expired(now) ? "expired" : "usable";
}

std::string_view state_of(const CertificateInfo& info, std::int64_t now) {
  return state_of(info.primary, now);
}

std::vector<std::string> uses_of(const Key& key) {
  std::vector<std::string> uses;
  if (key.can_certify) uses.emplace_back("certify");
  if (key.can_sign) uses.emplace_back("sign");
  if (key.can_encrypt) uses.emplace_back("encrypt");
  if (key.can_authenticate) uses.emplace_back("authenticate");
  return uses;
}

KeyChoice signs(const Description& description, std::int64_t now) {
  if (!description.secret_stored) return signing_key(description.info, now);
  std::vector<Fingerprint> here;
  for (const auto& [fingerprint, part] : description.secret_parts)
    if (part == SecretPart::stored || part == SecretPart::locked) here.push_back(fingerprint);
  return here.empty() ? KeyChoice{} : signing_key(description.info, now, here);
}

KeyChoice encrypts(const Description& description, std::int64_t now) {
  return encryption_key(description.info, now);
}

std::vector<InUse> in_use(const Description& description, std::int64_t now) {
  const Key& primary = description.info.primary;
  if (state_of(primary, now) != "usable") return {};
  std::vector<InUse> used{{.key = &primary, .primary = true}};
  const auto entry_of_key = [&](const Key* key) -> InUse& {
    const auto known = std::ranges::find(used, key, &InUse::key);
    return known != used.end() ? *known : used.emplace_back(InUse{.key = key});
  };
  if (const KeyChoice choice = signs(description, now); choice.key) entry_of_key(choice.key).signs = true;
  if (const KeyChoice choice = encrypts(description, now); choice.key) entry_of_key(choice.key).encrypts = true;
  std::ranges::stable_sort(used, [](const InUse& a, const InUse& b) {
    return a.key->expires != 0 && (b.key->expires == 0 || a.key->expires < b.key->expires);
  });
  return used;
}

std::int64_t ends(const Description& description, std::int64_t now) {
  const auto used = in_use(description, now);
  return used.empty() ? description.info.primary.expires : used.front().key->expires;
}

std::int64_t days_left(std::int64_t when, std::int64_t now) {
  return when / day - now / day;
}

std::string title(const CertificateInfo& info) {
  const auto primary = std::ranges::find_if(info.user_ids, &UserId::primary);
  return primary == info.user_ids.end() ? std::string("(no valid user ID)") : primary->text;
}

json::Value json_of(const Description& description, std::int64_t now) {
  const CertificateInfo& info = description.info;
  const KeyChoice signing = signs(description, now);
  const KeyChoice encryption = encrypts(description, now);
  json::Array uses;
  if (signing.key) uses.emplace_back("sign");
  if (encryption.key) uses.emplace_back("encrypt");
  json::Array user_ids;
  for (const UserId& id : info.user_ids) user_ids.push_back(user_id_json(id));
  json::Array bound;
  for (const Binding& binding : description.bindings) bound.push_back(binding_json(binding));
  json::Array subkeys;
  for (const Key& subkey : info.subkeys) subkeys.push_back(key_json(description, subkey, now));
  const std::int64_t end = ends(description, now);
  return json::Object{{"fingerprint", info.fingerprint()},
                      {"state", state_of(info, now)},
                      {"usable_for", std::move(uses)},
                      {"signs_with", fingerprint_or_null(signing)},
                      {"encrypts_to", fingerprint_or_null(encryption)},
                      {"ends", time_or_null(end)},
                      {"secret", description.secret_stored},
                      {"user_ids", std::move(user_ids)},
                      {"bindings", std::move(bound)},
                      {"conflicts", conflicts_json(description)},
                      {"primary", key_json(description, info.primary, now)},
                      {"subkeys", std::move(subkeys)},
                      {"run", run_json(description, now)}};
}

}  // namespace sm::smkey
