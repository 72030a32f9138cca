#include "describe.hpp"

#include <algorithm>

#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

constexpr std::size_t date_length = 10;  // of an RFC 3339 time

std::string day(std::int64_t seconds) {
  return rfc3339(seconds).substr(0, date_length);
}

std::string_view state_of(const Key& key, std::int64_t now) {
  if (key.revocation != Revocation::none) return "revoked";
  if (!key.valid) return "invalid";
  return key.expired(now) ? "expired" : "usable";
}

std::vector<std::string> uses_of(const Key& key) {
  std::vector<std::string> uses;
  if (key.can_certify) uses.emplace_back("certify");
  if (key.can_sign) uses.emplace_back("sign");
  if (key.can_encrypt) uses.emplace_back("encrypt");
  if (key.can_authenticate) uses.emplace_back("authenticate");
  return uses;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text.empty() ? "-" : text;
}

// What the certificate can be used for now: signing, encrypting.
std::vector<std::string> present_uses(const CertificateInfo& info, std::int64_t now) {
  std::vector<std::string> uses;
  if (signing_key(info, now).key) uses.emplace_back("sign");
  if (encryption_key(info, now).key) uses.emplace_back("encrypt");
  return uses;
}

std::string_view reason_of(Revocation revocation) {
  switch (revocation) {
    case Revocation::superseded:
      return "superseded";
    case Revocation::compromised:
      return "compromised";
    case Revocation::retired:
      return "retired";
    default:
      return "none";
  }
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

std::string key_lines(std::string_view what, const Key& key, std::int64_t now) {
  std::string text = padded(std::string(what), 12) + key.fingerprint + "\n" + std::string(12, ' ') + key.algorithm +
                     "  " + joined(uses_of(key)) + "  " + std::string(state_of(key, now));
  if (key.revocation != Revocation::none)
    text += " since " + day(key.revoked_at) + " (" + std::string(reason_of(key.revocation)) + ")";
  return text + "  created " + day(key.created) + "  " +
         (key.expires == 0 ? std::string("never expires")
                           : (key.expired(now) ? "expired " : "expires ") + day(key.expires)) +
         "\n";
}

json::Value key_json(const Key& key, std::int64_t now) {
  json::Array uses;
  for (std::string& use : uses_of(key)) uses.emplace_back(std::move(use));
  json::Object object{{"fingerprint", key.fingerprint},
                      {"algorithm", key.algorithm},
                      {"bits", std::int64_t{key.bits}},
                      {"uses", std::move(uses)},
                      {"state", std::string(state_of(key, now))},
                      {"created", rfc3339(key.created)},
                      {"expires", key.expires == 0 ? json::Value() : json::Value(rfc3339(key.expires))}};
  if (key.revocation != Revocation::none) {
    object.emplace_back("revoked", rfc3339(key.revoked_at));
    object.emplace_back("reason", std::string(reason_of(key.revocation)));
  }
  return object;
}

}  // namespace

std::string_view state_of(const CertificateInfo& info, std::int64_t now) {
  return state_of(info.primary, now);
}

std::int64_t ends(const CertificateInfo& info, std::int64_t now) {
  std::int64_t first = info.primary.expires;
  for (const KeyChoice& choice : {signing_key(info, now), encryption_key(info, now)})
    if (choice.key && choice.key->expires != 0 && (first == 0 || choice.key->expires < first))
      first = choice.key->expires;
  return first;
}

std::string title(const CertificateInfo& info) {
  const auto primary = std::ranges::find_if(info.user_ids, [](const UserId& id) { return id.primary && id.valid; });
  if (primary != info.user_ids.end()) return primary->text;
  const auto valid = std::ranges::find_if(info.user_ids, [](const UserId& id) { return id.valid; });
  return valid == info.user_ids.end() ? std::string("(no valid user ID)") : valid->text;
}

std::string line_of(const Description& description, std::int64_t now) {
  const CertificateInfo& info = description.info;
  const std::int64_t end = ends(info, now);
  return info.fingerprint() + "  " + (description.secret_stored ? "secret" : "public") + "  " +
         padded(std::string(state_of(info, now)), 7) + "  " + padded(joined(present_uses(info, now)), 12) + "  " +
         padded(end == 0 ? std::string("never") : day(end), date_length) + "  " + printable(title(info)) + "\n";
}

std::string text_of(const Description& description, std::int64_t now) {
  const CertificateInfo& info = description.info;
  const auto row = [](std::string_view name, const std::string& value) {
    return padded(std::string(name), 12) + value + "\n";
  };
  std::string text;
  for (const UserId& id : info.user_ids)
    text += row("user ID", printable(id.text) + (id.revoked ? "  (revoked)" : id.valid ? "" : "  (not valid)"));
  text += row(
      "state", std::string(state_of(info, now)) + ", can " + [&] {
        const auto uses = present_uses(info, now);
        return uses.empty() ? std::string("do nothing now") : joined(uses) + " now";
      }());
  text += row("secret key", !description.secret_stored     ? "not stored"
                            : description.secret_protected ? "stored, with a passphrase"
                                                           : "stored, without a passphrase");
  for (const Binding& binding : description.bindings)
    text += row("bound", binding.address + " since " + day(binding.first_seen) + ", by " +
                             std::string(binding_source_name(binding.source)));
  text += key_lines("primary key", info.primary, now);
  for (const Key& subkey : info.subkeys) text += key_lines("subkey", subkey, now);
  return text;
}

json::Value json_of(const Description& description, std::int64_t now) {
  const CertificateInfo& info = description.info;
  json::Array user_ids;
  for (const UserId& id : info.user_ids)
    user_ids.emplace_back(
        json::Object{{"text", id.text}, {"valid", id.valid}, {"revoked", id.revoked}, {"primary", id.primary}});
  json::Array subkeys;
  for (const Key& subkey : info.subkeys) subkeys.push_back(key_json(subkey, now));
  json::Array uses;
  for (std::string& use : present_uses(info, now)) uses.emplace_back(std::move(use));
  json::Array bound;
  for (const Binding& binding : description.bindings)
    bound.emplace_back(json::Object{{"address", binding.address},
                                    {"source", std::string(binding_source_name(binding.source))},
                                    {"first_seen", rfc3339(binding.first_seen)}});
  const std::int64_t end = ends(info, now);
  return json::Object{
      {"fingerprint", info.fingerprint()},   {"state", std::string(state_of(info, now))},
      {"usable_for", std::move(uses)},       {"ends", end == 0 ? json::Value() : json::Value(rfc3339(end))},
      {"secret", description.secret_stored}, {"user_ids", std::move(user_ids)},
      {"bindings", std::move(bound)},        {"primary", key_json(info.primary, now)},
      {"subkeys", std::move(subkeys)}};
}

}  // namespace sm::smkey
