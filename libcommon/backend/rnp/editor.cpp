#include "backend/rnp/editor.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <utility>
#include <vector>

#include "backend/rnp/engine.hpp"
#include "backend/rnp/framing.hpp"
#include "backend/rnp/generate.hpp"
#include "backend/rnp/judge.hpp"
#include "backend/rnp/secret_key.hpp"
#include "backend/rnp/self_signature.hpp"
#include "backend/rnp/unprotected.hpp"
#include "text/time.hpp"

namespace sm::rnp {
namespace {

constexpr std::int64_t longest_wait = 3;  // seconds

// RFC 9580 §5.2.3.31.
constexpr char no_reason = 0;
constexpr char user_id_no_longer_valid = 32;

char reason_code(Revocation reason) {
  switch (reason) {
    case Revocation::superseded:
      return 1;
    case Revocation::compromised:
      return 2;
    case Revocation::retired:
      return 3;
    default:
      return no_reason;
  }
}

SignatureTemplate revocation_template(int type, char reason, std::string_view message = {}) {
  SignatureTemplate revocation(type);
  revocation.set(reason_for_revocation, std::string(1, reason).append(message));
  return revocation;
}

// The second in which a signature is newer than `newest`. It is the present one, for a signature of the future counts
// for nobody but GnuPG.
Result<std::int64_t> moment_after(std::int64_t newest, const Clock& clock) {
  if (newest - clock.now() > longest_wait)
    return fail(ErrorKind::temporary, "key.clock",
                "the key was changed at " + rfc3339(newest) + ", which has not come yet", "is the clock right?");
  for (std::int64_t waits = 0; newest >= clock.now() && waits <= longest_wait; ++waits) {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    const timespec rest{.tv_sec = 0, .tv_nsec = 1'000'000'000 - now.tv_nsec};
    nanosleep(&rest, nullptr);
  }
  if (newest >= clock.now())
    return fail(ErrorKind::temporary, "key.clock", "the key was changed in this second", "try again");
  return clock.now();
}

std::int64_t newest_of(const Certificate& certificate) {
  std::int64_t newest = 0;
  for (const Component& component : certificate.components) {
    for (const SignaturePacket& signature : component.signatures) {
      if (signature.info && issued_by(*signature.info, certificate.fingerprint))
        newest = std::max(newest, signature.info->created);
    }
  }
  return newest;
}

// A user ID, or user attribute, that is valid now, and the self-signature that counts.
struct Identity {
  Component* component;
  SignatureTemplate self;
  std::int64_t created;

  bool is_user_id() const { return component->tag == packet_user_id; }
  bool flagged() const { return self.flag(primary_user_id); }
};

// One change in the making.
class Edit {
 public:
  enum class On { usable, expired_too, revoked_too };

  static Result<Edit> open(const OwnKey& key, const PassphraseSource& passphrases, const Clock& clock, On on) {
    Certificate certificate = SM_TRY(Certificate::parse(key.certificate));
    Judge judge(clock);
    auto info = judge.load(certificate);
    if (!info || certificate.components.front().tag != packet_public_key) return bad_certificate();
    const Fingerprint& fingerprint = certificate.fingerprint;
    if (on != On::revoked_too && info->primary.revocation != Revocation::none)
      return fail(ErrorKind::key, "key.revoked", fingerprint + " is revoked, which is final");
    if (on == On::usable && info->primary.expired(clock.now()))
      return fail(ErrorKind::key, "key.expired", fingerprint + " is expired", "'smkey expire' makes it last longer");
    Secret passphrase;
    const auto remember = [&](const Key& asked, std::string_view purpose) -> Result<Secret> {
      Secret given = SM_TRY(passphrases(asked, purpose));
      passphrase = Secret(given.view());
      return given;
    };
    const Secret packet = SM_TRY(unprotected_packet(key.secret, fingerprint, remember, clock.now()));
    SigningKey signer = SM_TRY(SigningKey::open(packet.view()));
    const std::int64_t moment = SM_TRY(moment_after(newest_of(certificate), clock));
    return Edit(std::move(certificate), *std::move(info), std::move(judge), std::move(signer), std::move(passphrase),
                moment);
  }

  const CertificateInfo& info() const { return info_; }
  Component& primary() { return certificate_.components.front(); }
  std::vector<Component>& components() { return certificate_.components; }
  std::int64_t moment() const { return moment_; }
  const SigningKey& signer() const { return signer_; }
  const Secret& passphrase() const { return passphrase_; }  // empty: the key has none

  // Signed by the primary key, in the component's place.
  std::string signature(const Component& component, const SignatureTemplate& what) const {
    const std::string& own = signer_.public_part();
    switch (component.tag) {
      case packet_public_key:
        return what.signed_by(signer_, moment_, key_context(own));
      case packet_public_subkey:
        return what.signed_by(signer_, moment_, subkey_context(own, component.body));
      default:
        return what.signed_by(signer_, moment_, identity_context(own, component.tag, component.body));
    }
  }
  void add(Component& component, const SignatureTemplate& what) {
    std::string body = signature(component, what);
    auto parsed = parse_signature(body);
    add_signature(component, {std::move(body), std::move(parsed)});
  }

  // The component's self-signature that counts, of one of these types; nullopt if there is none.
  std::optional<SignatureTemplate> self_signature(const Component& component, int first, int last) {
    const SignaturePacket* newest = judge_.newest(certificate_, component, first, last);
    return newest ? SignatureTemplate::of(newest->body) : std::nullopt;
  }

  std::vector<Identity> identities() {
    std::vector<Identity> valid;
    for (Component& component : certificate_.components) {
      if (component.tag != packet_user_id && component.tag != packet_user_attribute) continue;
      const bool revoked =
          component.tag == packet_user_id
              ? std::ranges::any_of(info_.user_ids,
                                    [&](const UserId& id) { return id.revoked && id.text == component.body; })
              : std::ranges::any_of(component.signatures, [&](const SignaturePacket& signature) {
                  return is_self_signature(signature, certificate_.fingerprint, certification_revocation,
                                           certification_revocation);
                });
      if (revoked) continue;
      const SignaturePacket* newest = judge_.newest(certificate_, component, certification_first, certification_last);
      auto self = newest ? SignatureTemplate::of(newest->body) : std::nullopt;
      if (self) valid.push_back({&component, *std::move(self), newest->info->created});
    }
    return valid;
  }

  Component* subkey(const Fingerprint& fingerprint) {
    for (Component& component : certificate_.components) {
      if (component.tag == packet_public_subkey && fingerprint_of_key(component.body) == fingerprint) return &component;
    }
    return nullptr;
  }
  const Key* subkey_info(const Fingerprint& fingerprint) const {
    const auto found = std::ranges::find(info_.subkeys, fingerprint, &Key::fingerprint);
    return found == info_.subkeys.end() ? nullptr : &*found;
  }

  // The certificate as it now is, if RNP reads in it what was meant; else nothing may be written.
  template <class Says>
  Result<std::string> done(Says says) {
    const auto info = judge_.load(certificate_);
    if (!info || !says(*info))
      return fail(ErrorKind::bug, "crypto.self-signature",
                  "the changed key " + certificate_.fingerprint + " does not say what it should: nothing was changed");
    return certificate_.bytes();
  }

 private:
  Edit(Certificate certificate, CertificateInfo info, Judge judge, SigningKey signer, Secret passphrase,
       std::int64_t moment)
      : certificate_(std::move(certificate)),
        info_(std::move(info)),
        judge_(std::move(judge)),
        signer_(std::move(signer)),
        passphrase_(std::move(passphrase)),
        moment_(moment) {}

  Certificate certificate_;
  CertificateInfo info_;
  Judge judge_;
  SigningKey signer_;
  Secret passphrase_;
  std::int64_t moment_;
};

// The primary one of these user IDs, by the rule that GnuPG and Sequoia share: of those that say so the newest, else
// the newest of all; nullptr if there is none.
Identity* primary_of(std::vector<Identity>& identities) {
  Identity* best = nullptr;
  for (Identity& identity : identities) {
    if (!identity.is_user_id()) continue;
    if (!best || std::pair(identity.flagged(), identity.created) > std::pair(best->flagged(), best->created))
      best = &identity;
  }
  return best;
}

// Signs anew whatever of them must change for `chosen` to be primary for everybody.
void settle_primary(Edit& edit, std::vector<Identity>& identities, const Identity& chosen, bool renew_all) {
  for (Identity& identity : identities) {
    const bool is_chosen = &identity == &chosen;
    if (!renew_all && !is_chosen && !identity.flagged()) continue;
    if (is_chosen)
      identity.self.set(primary_user_id, "\x01");
    else
      identity.self.remove(primary_user_id);
    identity.self.remove(signature_expiration_time);
    edit.add(*identity.component, identity.self);
  }
}

bool is_primary(const CertificateInfo& info, std::string_view user_id) {
  return std::ranges::any_of(info.user_ids,
                             [&](const UserId& id) { return id.text == user_id && id.valid && id.primary; });
}

Result<std::uint32_t> lifetime_until(std::int64_t end, std::int64_t created) {
  if (end == 0) return std::uint32_t{0};
  if (end <= created || end - created > UINT32_MAX)
    return fail(ErrorKind::usage, "key.lifetime",
                "a key made on " + rfc3339(created) + " can't end on " + rfc3339(end));
  return static_cast<std::uint32_t>(end - created);
}

void set_lifetime(SignatureTemplate& self, std::uint32_t lifetime) {
  // Zero is not "never" for Sequoia.
  if (lifetime == 0)
    self.remove(key_expiration_time);
  else
    self.set_number(key_expiration_time, lifetime);
  self.remove(signature_expiration_time);
}

Unexpected unknown_subkey(const Edit& edit, const Fingerprint& subkey) {
  return fail(ErrorKind::key, "key.unknown-subkey", edit.info().fingerprint() + " has no valid subkey " + subkey);
}

Result<void> expire_subkey(Edit& edit, Component& component, const Key& subkey, std::int64_t end) {
  auto self = edit.self_signature(component, subkey_binding, subkey_binding);
  if (!self) return unknown_subkey(edit, subkey.fingerprint);
  set_lifetime(*self, SM_TRY(lifetime_until(end, subkey.created)));
  edit.add(component, *self);
  return {};
}

std::string flags_of(const Key& key) {
  char flags = 0;
  if (key.can_certify) flags |= 0x01;
  if (key.can_sign) flags |= 0x02;
  if (key.can_encrypt) flags |= 0x0c;
  if (key.can_authenticate) flags |= 0x20;
  return std::string(1, flags);
}

std::string subkey_algorithm(const Key& primary) {
  constexpr std::array<std::string_view, 4> same = {"ed25519", "nistp256", "nistp384", "nistp521"};
  if (std::ranges::find(same, primary.algorithm) != same.end()) return primary.algorithm;
  if (primary.algorithm.starts_with("rsa") && primary.bits > 3072) return "rsa4096";
  return primary.algorithm.starts_with("rsa") || primary.algorithm.starts_with("dsa") ? "rsa3072" : "ed25519";
}

}  // namespace

Result<std::string> Editor::set_expiry(const OwnKey& key, std::int64_t end,
                                       const std::optional<Fingerprint>& subkey) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::expired_too));
  if (subkey) {
    Component* component = edit.subkey(*subkey);
    const Key* info = edit.subkey_info(*subkey);
    if (!component || !info || !info->valid) return unknown_subkey(edit, *subkey);
    if (info->revocation != Revocation::none)
      return fail(ErrorKind::key, "key.revoked", "the subkey " + *subkey + " is revoked, which is final");
    SM_TRY(expire_subkey(edit, *component, *info, end));
  } else {
    const std::uint32_t lifetime = SM_TRY(lifetime_until(end, edit.info().primary.created));
    // Sequoia's keys have one, and for GnuPG and RNP it decides.
    auto direct = edit.self_signature(edit.primary(), direct_key, direct_key);
    auto identities = edit.identities();
    const Identity* primary = primary_of(identities);
    if (!direct && !primary) {
      direct.emplace(direct_key);
      direct->set(key_flags, flags_of(edit.info().primary));
    }
    if (direct) {
      set_lifetime(*direct, lifetime);
      edit.add(edit.primary(), *direct);
    }
    for (Identity& identity : identities) set_lifetime(identity.self, lifetime);
    const bool several = std::ranges::count_if(identities, &Identity::is_user_id) > 1;
    if (several) {
      settle_primary(edit, identities, *primary, true);
    } else {
      for (const Identity& identity : identities) edit.add(*identity.component, identity.self);
    }
    for (const Key& info : edit.info().subkeys) {
      Component* component = edit.subkey(info.fingerprint);
      if (!component || !info.valid || info.revocation != Revocation::none) continue;
      SM_TRY(expire_subkey(edit, *component, info, end));
    }
  }
  return edit.done([&](const CertificateInfo& info) {
    const bool subkeys = std::ranges::all_of(info.subkeys, [&](const Key& one) {
      const bool meant = subkey ? one.fingerprint == *subkey : one.valid && one.revocation == Revocation::none;
      return !meant || one.expires == end;
    });
    return subkeys && (subkey || info.primary.expires == end);
  });
}

Result<std::string> Editor::revoke(const OwnKey& key, Revocation reason, std::string_view message,
                                   const std::optional<Fingerprint>& subkey) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::revoked_too));
  Component* component = subkey ? edit.subkey(*subkey) : &edit.primary();
  if (!component) return unknown_subkey(edit, *subkey);
  edit.add(*component, revocation_template(subkey ? subkey_revocation : key_revocation, reason_code(reason), message));
  return edit.done([&](const CertificateInfo& info) {
    if (!subkey) return info.primary.revocation != Revocation::none;
    return std::ranges::any_of(
        info.subkeys, [&](const Key& one) { return one.fingerprint == *subkey && one.revocation != Revocation::none; });
  });
}

Result<std::string> Editor::revocation(const OwnKey& key, Revocation reason, std::string_view message) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::revoked_too));
  const SignatureTemplate revocation = revocation_template(key_revocation, reason_code(reason), message);
  const std::string body = edit.signature(edit.primary(), revocation);
  edit.add(edit.primary(), revocation);
  SM_TRY(edit.done([](const CertificateInfo& info) { return info.primary.revocation != Revocation::none; }));
  return make_packet(packet_signature, body);
}

Result<std::string> Editor::add_user_id(const OwnKey& key, std::string_view user_id) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::usable));
  for (const UserId& present : edit.info().user_ids) {
    if (present.text != user_id || !(present.valid || present.revoked)) continue;
    return fail(ErrorKind::usage, "key.user-id-exists",
                std::string("the key has the user ID ").append(user_id).append(present.revoked ? ", revoked" : ""),
                present.revoked ? "a revoked user ID stays revoked" : "");
  }
  auto identities = edit.identities();
  const Identity* primary = primary_of(identities);
  SignatureTemplate self(positive_certification);
  if (primary) {
    self = primary->self;
  } else if (auto direct = edit.self_signature(edit.primary(), direct_key, direct_key)) {
    self = *std::move(direct);
  } else {
    const Key& own = edit.info().primary;
    self.set(key_flags, flags_of(own));
    set_lifetime(self, SM_TRY(lifetime_until(own.expires, own.created)));
  }
  self.set_type(positive_certification);
  self.remove(primary_user_id);
  self.remove(signature_expiration_time);
  const std::string stays = primary ? primary->component->body : std::string(user_id);
  if (primary && !primary->flagged()) settle_primary(edit, identities, *primary, false);

  auto& components = edit.components();
  const auto same = std::ranges::find_if(
      components, [&](const Component& one) { return one.tag == packet_user_id && one.body == user_id; });
  if (same != components.end()) {
    edit.add(*same, self);
  } else {
    const auto place = std::ranges::find(components, static_cast<int>(packet_public_subkey), &Component::tag);
    edit.add(*components.insert(place, {packet_user_id, std::string(user_id), {}}), self);
  }
  return edit.done([&](const CertificateInfo& info) {
    return is_primary(info, stays) && info.primary.expires == edit.info().primary.expires &&
           std::ranges::any_of(info.user_ids, [&](const UserId& id) { return id.text == user_id && id.valid; });
  });
}

Result<std::string> Editor::revoke_user_id(const OwnKey& key, std::string_view user_id) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::expired_too));
  auto identities = edit.identities();
  const auto found = std::ranges::find_if(
      identities, [&](const Identity& one) { return one.is_user_id() && one.component->body == user_id; });
  if (found == identities.end())
    return fail(ErrorKind::key, "key.unknown-user-id",
                edit.info().fingerprint() + " has no valid user ID " + std::string(user_id));
  const bool was_flagged = found->flagged();
  Component& revoked = *found->component;
  identities.erase(found);
  const Identity* next = primary_of(identities);
  if (!next)
    return fail(ErrorKind::key, "key.last-user-id", "it is the only valid user ID of " + edit.info().fingerprint(),
                "add another one first, or revoke the key");
  // RNP goes on to read the properties of the key in a flagged user ID that is revoked, unless a newer one has the
  // flag.
  if (was_flagged) settle_primary(edit, identities, *next, false);
  edit.add(revoked, revocation_template(certification_revocation, user_id_no_longer_valid));
  return edit.done([&](const CertificateInfo& info) {
    return is_primary(info, next->component->body) && info.primary.expires == edit.info().primary.expires &&
           std::ranges::any_of(info.user_ids, [&](const UserId& id) { return id.text == user_id && id.revoked; });
  });
}

Result<std::string> Editor::make_primary(const OwnKey& key, std::string_view user_id) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::usable));
  auto identities = edit.identities();
  const auto chosen = std::ranges::find_if(
      identities, [&](const Identity& one) { return one.is_user_id() && one.component->body == user_id; });
  if (chosen == identities.end())
    return fail(ErrorKind::key, "key.unknown-user-id",
                edit.info().fingerprint() + " has no valid user ID " + std::string(user_id));
  settle_primary(edit, identities, *chosen, false);
  return edit.done([&](const CertificateInfo& info) {
    return is_primary(info, user_id) && info.primary.expires == edit.info().primary.expires;
  });
}

Result<NewSubkey> Editor::add_subkey(const OwnKey& key, std::string_view algorithm, SubkeyUse use) const {
  Edit edit = SM_TRY(Edit::open(key, passphrases_, clock_, Edit::On::usable));
  const Key& primary = edit.info().primary;
  const bool signs = use == SubkeyUse::sign;
  Secret text;
  if (!edit.passphrase().empty()) text = std::move(*passphrase_text(edit.passphrase()));
  const std::string kind = algorithm.empty() ? subkey_algorithm(primary) : std::string(algorithm);
  NewSubkey subkey;
  subkey.secret = SM_TRY(generate_subkey(kind, signs, text, edit.moment()));
  const PacketRun run = leading_packets(subkey.secret.view());
  const auto body = run.packets.empty() ? std::nullopt : parse_key(run.packets.front().body, true);
  if (!body) return fail(ErrorKind::bug, "crypto.generate", "the library made no subkey");
  subkey.fingerprint = fingerprint_of_key(body->public_part);

  SignatureTemplate binding(subkey_binding);
  binding.set(key_flags, signs ? "\x02" : "\x0c");
  // Sequoia takes the seconds of a direct-key signature where there are none here, counted from the subkey's birth.
  set_lifetime(binding, SM_TRY(lifetime_until(primary.expires, edit.moment())));
  if (signs) {
    // Its own consent (RFC 9580 §5.2.1.9).
    const auto given = [&](const Key&, std::string_view) -> Result<Secret> { return Secret(edit.passphrase().view()); };
    const Secret packet = SM_TRY(unprotected_packet(subkey.secret.view(), subkey.fingerprint, given, clock_.now()));
    const SigningKey own = SM_TRY(SigningKey::open(packet.view()));
    binding.set(embedded_signature,
                SignatureTemplate(primary_key_binding)
                    .signed_by(own, edit.moment(), subkey_context(edit.signer().public_part(), body->public_part)));
  }
  edit.add(edit.components().emplace_back(Component{packet_public_subkey, std::string(body->public_part), {}}),
           binding);
  subkey.certificate = SM_TRY(edit.done([&](const CertificateInfo& info) {
    return std::ranges::any_of(info.subkeys, [&](const Key& one) {
      return one.fingerprint == subkey.fingerprint && one.valid && one.can_sign == signs && one.can_encrypt == !signs &&
             one.expires == primary.expires;
    });
  }));
  return subkey;
}

Result<Secret> Editor::change_passphrase(std::string_view secret, const std::function<Result<Secret>()>& fresh) const {
  struct Open {
    std::size_t packet;  // its place
    Fingerprint key;
    Secret bytes;
  };
  std::vector<Open> opened;
  const PacketRun run = leading_packets(secret);
  for (std::size_t i = 0; i < run.packets.size(); ++i) {
    const Packet& packet = run.packets[i];
    const bool is_key = packet.tag == packet_secret_key || packet.tag == packet_secret_subkey;
    const auto body = is_key ? parse_key(packet.body, true) : std::nullopt;
    if (!body || body->is_stub) continue;
    Fingerprint fingerprint = fingerprint_of_key(body->public_part);
    Secret bytes = SM_TRY(unprotected_packet(secret, fingerprint, passphrases_, clock_.now()));
    opened.push_back({i, std::move(fingerprint), std::move(bytes)});
  }
  if (opened.empty()) return fail(ErrorKind::key, "key.missing", "there is no secret part here to protect");
  const auto text = passphrase_text(SM_TRY(fresh()));
  if (!text) return bad_passphrase_form();

  std::vector<std::string_view> whole;
  for (const Packet& packet : run.packets) whole.push_back(packet.raw);
  const Ffi ffi = make_ffi(clock_.now());
  for (Open& one : opened) {
    unload(ffi.get());
    load_secret(ffi.get(), one.bytes.view());
    const KeyHandle handle = locate(ffi.get(), one.key);
    if (!handle) return fail(ErrorKind::key, "key.unusable", "the secret key " + one.key + " can't be read");
    const rnp_result_t result = protect(handle.get(), *text);
    if (result == RNP_ERROR_OUT_OF_MEMORY) throw std::bad_alloc();
    if (result != RNP_SUCCESS)
      return fail(ErrorKind::bug, "crypto.protect",
                  std::string("can't protect a key: ") + rnp_result_to_string(result));
    one.bytes = secret_packet(handle.get());
    whole[one.packet] = one.bytes.view();
  }
  return concatenated(whole);
}

}  // namespace sm::rnp
