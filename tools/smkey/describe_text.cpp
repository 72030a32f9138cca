// A certificate in words. Nothing here is wider than 80 columns but what others write, and that stands last in its
// line, so that nothing has to be aligned behind text of unknown width.
#include <algorithm>
#include <array>

#include "describe.hpp"
#include "text/printable.hpp"
#include "text/time.hpp"

namespace sm::smkey {

namespace {

constexpr std::int64_t soon = 30;  // days
constexpr std::size_t label_width = 13;

std::string day(std::int64_t seconds) {
  return rfc3339(seconds).substr(0, 10);
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text).append(width > text.size() ? width - text.size() : 0, ' ');
}

// "2026-12-10, in 12 days".
std::string in_days(std::int64_t when, std::int64_t now) {
  const std::int64_t left = days_left(when, now);
  return day(when) + (left == 0 ? ", today" : left == 1 ? ", tomorrow" : ", in " + std::to_string(left) + " days");
}

bool is_soon(std::int64_t when, std::int64_t now) {
  return when != 0 && days_left(when, now) <= soon;
}

std::string joined(const std::vector<std::string>& words, std::string_view between, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text.append(i == 0 ? "" : i + 1 == words.size() ? last : between).append(words[i]);
  return text;
}

enum class Tone { plain, strong, good, caution, bad };

std::string painted(std::string_view text, Tone tone, bool color) {
  constexpr std::array<std::string_view, 5> codes = {"", "1", "32", "33", "1;31"};
  const std::string_view code = codes[static_cast<std::size_t>(tone)];
  if (!color || code.empty()) return std::string(text);
  return std::string("\x1b[").append(code).append("m").append(text).append("\x1b[0m");
}

// Behind "revoked 2026-11-28".
std::string_view reason_words(Revocation revocation) {
  switch (revocation) {
    case Revocation::superseded:
      return ": superseded";
    case Revocation::compromised:
      return ": compromised";
    case Revocation::retired:
      return ": retired";
    case Revocation::no_longer_valid:
      return ": no longer valid";
    default:
      return ", without a reason";
  }
}

std::string revoked_words(Revocation revocation, std::int64_t when) {
  return "revoked " + day(when) + std::string(reason_words(revocation));
}

// Why a key is not usable; empty if it is.
std::string fault_words(const Key& key, std::int64_t now, std::string_view unsigned_words) {
  if (key.revocation != Revocation::none) return revoked_words(key.revocation, key.revoked_at);
  if (key.created > now) return "from the future: made " + day(key.created);
  if (!key.valid) return std::string(unsigned_words);
  return key.expired(now) ? "expired " + day(key.expires) : "";
}

constexpr std::string_view no_self_signature = "not valid: no self-signature fits";
constexpr std::string_view no_binding_signature = "not valid: no binding signature fits";

std::vector<std::string> verbs(const Description& description, std::int64_t now) {
  std::vector<std::string> words;
  if (signs(description, now).key) words.emplace_back("signs");
  if (encrypts(description, now).key) words.emplace_back("encrypts");
  return words;
}

// "the subkey that signs", "the primary key, and all with it".
std::string role_words(const InUse& use) {
  if (use.primary) return "the primary key, and all with it";
  std::vector<std::string> words;
  if (use.signs) words.emplace_back("signs");
  if (use.encrypts) words.emplace_back("encrypts");
  return "the subkey that " + joined(words, ", ", " and ");
}

// Rows of a label and a value; a label that is repeated is left out.
class Rows {
 public:
  explicit Rows(bool color) : color_(color) {}
  void add(std::string_view label, const std::string& value, Tone tone = Tone::plain) {
    text_ += padded(label == last_ ? std::string_view() : label, label_width) + painted(value, tone, color_) + "\n";
    last_ = label;
  }
  void gap() {
    text_ += "\n";
    last_ = {};
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  std::string last_;
  bool color_;
};

// As it is read aloud: ten groups of four.
std::string grouped(const Fingerprint& fingerprint) {
  std::string text;
  for (std::size_t i = 0; i < fingerprint.size(); ++i) {
    if (i != 0 && i % 4 == 0) text += i == fingerprint.size() / 2 ? "  " : " ";
    text += fingerprint[i];
  }
  return text;
}

std::string part_words(SecretPart part) {
  switch (part) {
    case SecretPart::stored:
      return "without a passphrase";
    case SecretPart::locked:
      return "with a passphrase";
    case SecretPart::elsewhere:
      return "elsewhere: offline, or on a card";
    default:
      return "missing";
  }
}

bool is_here(SecretPart part) {
  return part == SecretPart::stored || part == SecretPart::locked;
}

SecretPart part_of(const Description& description, const Key& key) {
  const auto found = description.secret_parts.find(key.fingerprint);
  return found == description.secret_parts.end() ? SecretPart::missing : found->second;
}

void add_user_ids(Rows& rows, const CertificateInfo& info) {
  std::vector<const UserId*> order;
  for (const UserId& id : info.user_ids) order.push_back(&id);
  std::ranges::stable_sort(order, [](const UserId* a, const UserId* b) {
    return std::pair(a->primary, a->valid) > std::pair(b->primary, b->valid);
  });
  if (order.empty()) rows.add("user ID", "none");
  for (const UserId* id : order) {
    rows.add("user ID", printable(id->text), id->primary ? Tone::strong : Tone::plain);
    if (id->revoked) {
      rows.add("user ID", "  " + revoked_words(id->revocation, id->revoked_at), Tone::bad);
    } else if (!id->valid) {
      rows.add("user ID", "  not valid: no self-signature fits", Tone::bad);
    }
  }
}

void add_state(Rows& rows, const Description& description, std::int64_t now) {
  const Key& primary = description.info.primary;
  const std::string fault = fault_words(primary, now, no_self_signature);
  if (!fault.empty()) {
    rows.add("state", fault, Tone::bad);
    if (state_of(primary, now) == "expired" && is_here(part_of(description, primary)))
      rows.add("state", "'smkey expire' makes it last longer");
    return;
  }
  const auto words = verbs(description, now);
  rows.add(
      "state",
      words.empty() ? "usable, but neither signs nor encrypts today" : "usable today: " + joined(words, ", ", " and "),
      words.empty() ? Tone::bad : Tone::good);
  const KeyChoice encryption = encrypts(description, now);
  if (!encryption.key && encryption.why != Unusable::no_key)
    rows.add("state",
             encryption.why == Unusable::revoked ? "its keys that encrypt were revoked"
                                                 : "its keys that encrypt have expired",
             Tone::bad);
  if (!description.secret_stored) return;
  if (!signs(description, now).key && signing_key(description.info, now).key)
    rows.add("state", "the secret part of the key that signs is not here", Tone::bad);
  if (encryption.key && !is_here(part_of(description, *encryption.key)))
    rows.add("state", "what is encrypted to it can't be read here: no secret part", Tone::bad);
}

void add_ends(Rows& rows, const Description& description, std::int64_t now) {
  const auto used = in_use(description, now);
  if (used.empty()) return;
  const bool alike =
      std::ranges::all_of(used, [&](const InUse& use) { return use.key->expires == used.front().key->expires; });
  for (const InUse& use : used) {
    const std::int64_t end = use.key->expires;
    const std::string when = end == 0 ? "never" : in_days(end, now);
    rows.add("ends", alike ? when : when + ": " + role_words(use), is_soon(end, now) ? Tone::caution : Tone::plain);
    if (alike || use.primary) return;
  }
}

std::vector<const Key*> keys_of(const CertificateInfo& info) {
  std::vector<const Key*> keys{&info.primary};
  for (const Key& subkey : info.subkeys) keys.push_back(&subkey);
  return keys;
}

// Whether one word says it of all keys.
bool parts_are_alike(const Description& description) {
  const SecretPart first = part_of(description, description.info.primary);
  return std::ranges::all_of(keys_of(description.info),
                             [&](const Key* key) { return part_of(description, *key) == first; });
}

std::string secret_words(const Description& description) {
  if (!description.secret_stored) return "not stored";
  const SecretPart primary = part_of(description, description.info.primary);
  if (parts_are_alike(description)) return "stored, " + part_words(primary);
  return primary == SecretPart::elsewhere ? "stored in part: the primary key's is elsewhere"
                                          : "stored in part, as said below";
}

void add_secret(Rows& rows, const Description& description) {
  rows.add("secret key", secret_words(description));
  for (const keyring::Unlocked& one : description.unlocked) {
    rows.add("unlocked",
             "until " + local_time(one.until) +
                 (one.scope == keyring::Scope::session ? ", in this session" : ", for all that runs as you"),
             Tone::caution);
  }
}

void add_bindings(Rows& rows, const Description& description) {
  for (const Binding& binding : description.bindings) {
    rows.add("bound", "since " + day(binding.first_seen) + ", by " + std::string(binding_source_name(binding.source)) +
                          ": " + printable(binding.address));
  }
  for (const std::string& address : description.unbound) rows.add("not bound", printable(address));
  for (const Binding& binding : description.others) {
    rows.add("conflict", binding.fingerprint + " is what is bound", Tone::bad);
    rows.add("conflict", "  to " + printable(binding.address));
  }
  for (const Binding& binding : description.bindings) {
    for (const BindingConflict& conflict : binding.conflicts) {
      rows.add("conflict", conflict.fingerprint + " claims, " + day(conflict.seen), Tone::bad);
      rows.add("conflict",
               "  by " + std::string(binding_source_name(conflict.source)) + ", " + printable(binding.address));
    }
  }
}

void add_key(Rows& rows, const Description& description, const Key& key, const std::vector<InUse>& used,
             std::int64_t now) {
  const bool primary = &key == &description.info.primary;
  rows.add(primary ? "primary key" : "subkey", key.fingerprint);
  const auto uses = uses_of(key);
  const std::string until =
      key.expires == 0 ? "since " + day(key.created) : day(key.created) + " to " + day(key.expires);
  const std::string fault = fault_words(key, now, primary ? no_self_signature : no_binding_signature);
  std::string line = key.algorithm + (key.weak ? " (weak)  " : "  ");
  if (!uses.empty() || fault.empty()) line += (uses.empty() ? "no use" : joined(uses, ", ", ", ")) + "  ";
  rows.add("", line + until);
  const auto use = std::ranges::find(used, &key, &InUse::key);
  std::vector<std::string> today;
  if (use != used.end() && use->signs) today.emplace_back("signs");
  if (use != used.end() && use->encrypts) today.emplace_back("encrypts");
  if (!fault.empty()) {
    rows.add("", fault, Tone::bad);
  } else if (!today.empty()) {
    rows.add("", joined(today, ", ", " and ") + " today", Tone::good);
  }
  if (description.secret_stored && !parts_are_alike(description)) {
    const SecretPart part = part_of(description, key);
    rows.add("", "secret part " + std::string(is_here(part) ? "stored, " : "") + part_words(part),
             is_here(part) ? Tone::plain : Tone::caution);
  }
}

// One word of the shell, whatever it holds.
std::string quoted(std::string_view word) {
  constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";
  if (word.find_first_not_of(plain) == std::string_view::npos) return std::string(word);
  std::string text("'");
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace

std::string line_of(const Description& description, std::int64_t now) {
  const CertificateInfo& info = description.info;
  std::vector<std::string> uses;
  if (signs(description, now).key) uses.emplace_back("sign");
  if (encrypts(description, now).key) uses.emplace_back("encrypt");
  const std::int64_t end = ends(description, now);
  return info.fingerprint() + "  " + (description.secret_stored ? "secret" : "public") + "  " +
         padded(state_of(info, now), 7) + "  " + padded(uses.empty() ? "-" : joined(uses, ",", ","), 12) + "  " +
         padded(end == 0 ? "never" : day(end), 10) + "  " + printable(title(info)) + "\n";
}

std::string entry_of(const Description& description, std::int64_t now, bool color) {
  const CertificateInfo& info = description.info;
  std::string words = fault_words(info.primary, now, "not valid");
  Tone tone = Tone::bad;
  if (words.empty()) {
    const auto can = verbs(description, now);
    const std::int64_t end = ends(description, now);
    tone = can.empty() ? Tone::bad : Tone::plain;
    words = can.empty() ? "neither signs nor encrypts" : joined(can, ", ", " and ");
    if (end != 0 && !can.empty()) words += " until " + day(end);
    if (is_soon(end, now)) tone = Tone::caution;
  }
  return painted(printable(title(info)), Tone::strong, color) + (description.secret_stored ? "  (yours)" : "") +
         "\n  " + info.fingerprint() + "  " + painted(words, tone, color) + "\n";
}

std::string notice_of(const Description& description, std::int64_t now, std::int64_t horizon, std::string_view store) {
  const Fingerprint& fingerprint = description.info.fingerprint();
  auto ending = in_use(description, now);
  std::erase_if(ending, [&](const InUse& use) { return use.key->expires == 0 || use.key->expires > horizon; });
  // With the primary key all its subkeys end, and are extended.
  const auto primary = std::ranges::find_if(ending, &InUse::primary);
  if (primary != ending.end()) ending = {*primary};

  std::string text = printable(title(description.info)) + "\n";
  const bool can_extend = is_here(part_of(description, description.info.primary));
  for (const InUse& use : ending) {
    text +=
        "  " + (use.primary ? std::string() : role_words(use) + " ") + "ends " + in_days(use.key->expires, now) + "\n";
    if (!description.secret_stored) continue;
    if (!can_extend && &use == &ending.front()) text += "  where the secret part of the primary key is:\n";
    text += "  smkey " + (store.empty() ? std::string() : "--store " + quoted(store) + " ") + "expire " + fingerprint +
            " 2y" + (use.primary ? std::string() : " --subkey " + use.key->fingerprint) + "\n";
  }
  if (!description.secret_stored)
    text += "  ask its owner for a renewed certificate of " + fingerprint + "\n  and 'smkey import' it\n";
  return text;
}

std::string text_of(const Description& description, std::int64_t now, bool color) {
  Rows rows(color);
  add_user_ids(rows, description.info);
  rows.add("fingerprint", grouped(description.info.fingerprint()));
  add_state(rows, description, now);
  add_ends(rows, description, now);
  add_secret(rows, description);
  add_bindings(rows, description);
  const auto used = in_use(description, now);
  for (const Key* key : keys_of(description.info)) {
    rows.gap();
    add_key(rows, description, *key, used, now);
  }
  return rows.text();
}

}  // namespace sm::smkey
