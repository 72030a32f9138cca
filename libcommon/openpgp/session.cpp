#include "openpgp/session.hpp"

#include <algorithm>

#include "keystore/resolve.hpp"
#include "mime/address.hpp"

namespace sm {

namespace {

std::string user_id_address(std::string_view user_id) {
  return mime::user_id_address(user_id).value_or(std::string());
}

// The certificate whose secret key signs for `from`; empty if none is stored, or several and none of them is bound.
Result<Fingerprint> secret_key_of(Session& session, std::string_view from) {
  if (from.empty()) return Fingerprint();
  std::vector<Fingerprint> own;
  const auto claimants = SM_TRY(session.store.claimants(from));
  for (const Fingerprint& fingerprint : claimants)
    if (SM_TRY(session.store.secret_key(fingerprint))) own.push_back(fingerprint);
  if (own.size() == 1) return own.front();
  if (own.empty()) return Fingerprint();
  const auto binding = SM_TRY(session.store.binding(from));
  return binding && std::ranges::count(own, binding->fingerprint) ? binding->fingerprint : Fingerprint();
}

}  // namespace

Session::Session(cli::Context& owner, std::unique_ptr<rnp::Reader> inspector, Keystore stored,
                 PassphraseSource passphrases)
    : context(owner),
      reader(std::move(inspector)),
      store(std::move(stored)),
      keys(store),
      engine(keys, std::move(passphrases), owner.clock()) {}

Result<std::unique_ptr<Session>> Session::open(cli::Context& context) {
  return open(context, context.passphrases());
}

Result<std::unique_ptr<Session>> Session::open(cli::Context& context, PassphraseSource passphrases) {
  StoreEnvironment environment;
  environment.store = context.value("store").value_or("");
  environment.pgp_cert_d = context.environment("PGP_CERT_D").value_or("");
  environment.xdg_data_home = context.environment("XDG_DATA_HOME").value_or("");
  environment.home = context.home().value_or("");
  const StorePaths paths = SM_TRY(store_paths(environment));
  auto reader = std::make_unique<rnp::Reader>(context.clock());
  Keystore store = SM_TRY(Keystore::open(paths, *reader, context.clock(), user_id_address));
  return std::unique_ptr<Session>(new Session(context, std::move(reader), std::move(store), std::move(passphrases)));
}

pgpmime::VerifyPolicy verify_policy(Session& session, bool any_signer) {
  return {.any_signer = any_signer,
          .now = session.context.clock().now(),
          .binding = [&session](std::string_view address) -> Result<Fingerprint> {
            const auto binding = SM_TRY(session.store.binding(address));
            return binding ? binding->fingerprint : Fingerprint();
          }};
}

Result<Fingerprint> choose_signing_key(Session& session, std::string_view from) {
  Fingerprint fingerprint;
  if (const auto id = session.context.value("key")) {
    fingerprint = SM_TRY(resolve(session.store, *id));
  } else {
    fingerprint = SM_TRY(secret_key_of(session, from));
    if (fingerprint.empty()) {
      const auto id_of_default = session.context.setting("default-key");
      if (!id_of_default)
        return fail(ErrorKind::key, "key.none",
                    from.empty() ? "no From address to choose a signing key by"
                                 : "no secret key, or more than one, for " + std::string(from),
                    "--key ID names one, default-key in smtools.conf another");
      fingerprint = SM_TRY(resolve(session.store, *id_of_default));
    }
  }
  return session.engine.choose_key(fingerprint);
}

}  // namespace sm
