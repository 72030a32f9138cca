#include "keystore/keystore.hpp"

#include <algorithm>
#include <utility>

#include "keystore/bindings.hpp"
#include "keystore/cert_d.hpp"
#include "keystore/index.hpp"
#include "keystore/secrets.hpp"
#include "keystore/store_files.hpp"

namespace sm {
namespace {

constexpr std::size_t fingerprint_length = 40;

// A certificate and the fingerprint that names its file.
struct Held {
  Fingerprint fingerprint;
  std::string bytes;
};

bool holds(std::string_view certificate, std::string_view id) {
  return std::ranges::any_of(store::key_fingerprints(certificate),
                             [id](const Fingerprint& key) { return key.ends_with(id); });
}

bool holds(const CertificateInfo& info, std::string_view id) {
  return info.primary.fingerprint.ends_with(id) ||
         std::ranges::any_of(info.subkeys, [id](const Key& key) { return key.fingerprint.ends_with(id); });
}

}  // namespace

struct Keystore::State {
  State(const StorePaths& paths, CertificateReader& certificate_reader, const Clock& clock, UserIdAddress address_of)
      : root(paths.root),
        reader(certificate_reader),
        certificates(paths.certificates),
        address_in(address_of),
        index(paths.root, certificates, certificate_reader, clock, std::move(address_of)),
        secrets(paths.root),
        bindings(paths.root, clock) {}

  Result<std::vector<Held>> those_that_hold(std::string_view id, std::vector<Fingerprint> indexed) const;
  Result<std::vector<Held>> held(std::string_view id);

  std::string root;
  CertificateReader& reader;
  store::CertD certificates;
  UserIdAddress address_in;
  store::Index index;
  store::Secrets secrets;
  store::Bindings bindings;
};

// Those of `indexed` that are there and hold the key `id`: the index may say too much.
Result<std::vector<Held>> Keystore::State::those_that_hold(std::string_view id,
                                                           std::vector<Fingerprint> indexed) const {
  std::vector<Held> result;
  for (Fingerprint& fingerprint : indexed) {
    auto file = SM_TRY(certificates.get(fingerprint));
    if (file && holds(file->bytes, id)) result.push_back({std::move(fingerprint), std::move(file->bytes)});
  }
  return result;
}

Result<std::vector<Held>> Keystore::State::held(std::string_view id) {
  if (id.size() == fingerprint_length) {
    Fingerprint fingerprint(id);
    if (auto file = SM_TRY(certificates.get(fingerprint))) {
      std::vector<Held> result;
      result.push_back({std::move(fingerprint), std::move(file->bytes)});
      return result;
    }
  }
  auto result = SM_TRY(those_that_hold(id, index.holders(id)));
  if (!result.empty()) return result;
  return those_that_hold(id, SM_TRY(index.refreshed_holders(id)));
}

Keystore::Keystore(std::unique_ptr<State> state) : state_(std::move(state)) {}
Keystore::Keystore(Keystore&&) noexcept = default;
Keystore& Keystore::operator=(Keystore&&) noexcept = default;
Keystore::~Keystore() = default;

Result<Keystore> Keystore::open(const StorePaths& paths, CertificateReader& reader, const Clock& clock,
                                UserIdAddress address_of) {
  if (SM_TRY(store::check_directory(paths.root))) {
    SM_TRY(store::check_version(paths.root));
    SM_TRY(store::check_directory(paths.root + "/bindings"));
    SM_TRY(store::check_directory(paths.root + "/index"));
    SM_TRY(store::Secrets(paths.root).check());
  }
  SM_TRY(store::check_directory(paths.certificates));
  return Keystore(std::make_unique<State>(paths, reader, clock, std::move(address_of)));
}

// ---- KeySource

Result<std::vector<std::string>> Keystore::certificates(std::string_view id) {
  std::vector<std::string> result;
  for (Held& held : SM_TRY(state_->held(id))) result.push_back(std::move(held.bytes));
  return result;
}

Result<std::vector<Secret>> Keystore::secret_keys(std::string_view id) {
  std::vector<Secret> result;
  const auto take = [&](const Fingerprint& fingerprint) -> Result<void> {
    auto secret = SM_TRY(state_->secrets.get(fingerprint));
    if (secret) result.push_back(std::move(*secret));
    return {};
  };
  if (id.size() == fingerprint_length) SM_TRY(take(Fingerprint(id)));
  if (!result.empty()) return result;
  const std::vector<Fingerprint> stored = SM_TRY(state_->secrets.list());
  if (stored.empty()) return result;
  std::vector<Fingerprint> holders = state_->index.holders(id);
  if (holders.empty()) holders = SM_TRY(state_->index.refreshed_holders(id));
  for (const Fingerprint& fingerprint : holders) {
    if (std::ranges::binary_search(stored, fingerprint)) SM_TRY(take(fingerprint));
  }
  if (!result.empty()) return result;
  // The index is made from certificates; a secret key may have lost its own.
  for (const Fingerprint& fingerprint : stored) {
    if (state_->certificates.stamp(fingerprint)) continue;
    auto secret = SM_TRY(state_->secrets.get(fingerprint));
    if (!secret) continue;
    const auto info = state_->reader.inspect(secret->view());
    if (info && holds(*info, id)) result.push_back(std::move(*secret));
  }
  return result;
}

Result<std::vector<Fingerprint>> Keystore::secret_fingerprints() {
  return state_->secrets.list();
}

// ---- certificates

Result<std::optional<std::string>> Keystore::certificate(const Fingerprint& fingerprint) {
  auto file = SM_TRY(state_->certificates.get(fingerprint));
  if (!file) return std::optional<std::string>();
  return std::optional(std::move(file->bytes));
}

Result<bool> Keystore::has_certificate(const Fingerprint& fingerprint) {
  return state_->certificates.stamp(fingerprint).has_value();
}

Result<Change> Keystore::put_certificate(const CertificateInfo& info, std::string_view certificate) {
  if (state_->certificates.path().starts_with(state_->root + '/')) SM_TRY(store::make_root(state_->root));
  const auto stored = SM_TRY(state_->certificates.put(info.fingerprint(), certificate, state_->reader));
  if (!stored.changed) return Change::unchanged;
  if (stored.created || stored.bytes == certificate) {
    state_->index.put(info, stored.stamp);
  } else if (const auto merged = state_->reader.inspect(stored.bytes)) {
    state_->index.put(*merged, stored.stamp);
  }
  return stored.created ? Change::created : Change::updated;
}

Result<void> Keystore::delete_certificate(const Fingerprint& fingerprint) {
  if (SM_TRY(state_->certificates.remove(fingerprint))) state_->index.remove(fingerprint);
  return {};
}

Result<std::vector<Fingerprint>> Keystore::list_certificates() {
  return state_->certificates.list();
}

// ---- secret keys

Result<std::optional<Secret>> Keystore::secret_key(const Fingerprint& fingerprint) {
  return state_->secrets.get(fingerprint);
}

Result<Change> Keystore::put_secret_key(const Fingerprint& fingerprint, const Secret& secret) {
  switch (SM_TRY(state_->secrets.put(fingerprint, secret, state_->reader))) {
    case store::Secrets::Stored::created:
      return Change::created;
    case store::Secrets::Stored::merged:
      return Change::updated;
    case store::Secrets::Stored::unchanged:
      break;
  }
  return Change::unchanged;
}
Result<void> Keystore::replace_secret_key(const Fingerprint& fingerprint, const Secret& old, const Secret& fresh) {
  return state_->secrets.replace(fingerprint, old, fresh);
}

Result<void> Keystore::put_revocation(const Fingerprint& fingerprint, std::string_view revocation) {
  return state_->secrets.put_revocation(fingerprint, revocation);
}

Result<void> Keystore::delete_secret_key(const Fingerprint& fingerprint) {
  return state_->secrets.remove(fingerprint);
}

// ---- bindings

Result<std::optional<Binding>> Keystore::binding(std::string_view address) {
  return state_->bindings.get(address);
}

Result<std::vector<Binding>> Keystore::list_bindings() {
  return state_->bindings.list();
}

Result<Change> Keystore::bind(std::string_view address, const Fingerprint& fingerprint, BindingSource source) {
  return SM_TRY(state_->bindings.bind(address, fingerprint, source)) ? Change::created : Change::unchanged;
}

Result<void> Keystore::record_conflict(std::string_view address, const Fingerprint& fingerprint, BindingSource source) {
  return state_->bindings.record_conflict(address, fingerprint, source);
}

Result<void> Keystore::accept(std::string_view address, const Fingerprint& fingerprint) {
  return state_->bindings.accept(address, fingerprint);
}

Result<bool> Keystore::is_successor(std::string_view address, const Fingerprint& fresh, const Fingerprint& old) {
  const auto after = SM_TRY(certificate(fresh));
  const auto before = SM_TRY(certificate(old));
  if (!after || !before) return false;
  const CertificateInfo info = SM_TRY(state_->reader.inspect(*after));
  std::vector<std::string> user_ids;
  for (const UserId& user_id : info.user_ids) {
    if (user_id.valid && state_->address_in(user_id.text) == address) user_ids.push_back(user_id.text);
  }
  return state_->reader.is_certified(*after, user_ids, *before);
}

Result<bool> Keystore::forget(std::string_view address) {
  return state_->bindings.forget(address);
}

// ---- look-up

Result<std::vector<Fingerprint>> Keystore::claimants(std::string_view address) {
  return state_->index.claimants(address);
}

Result<std::vector<Fingerprint>> Keystore::holders(std::string_view id) {
  std::vector<Fingerprint> result;
  for (Held& held : SM_TRY(state_->held(id))) result.push_back(std::move(held.fingerprint));
  return result;
}

Result<void> Keystore::reindex() {
  return state_->index.rebuild();
}

}  // namespace sm
