#include "commands.hpp"
#include "crypto/armor.hpp"
#include "keystore/cert_d.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "own_key.hpp"

namespace sm::smkey {

namespace {

Result<std::vector<Fingerprint>> wanted(cli::Context& context, Session& session) {
  if (context.flag("all") != context.arguments().empty())
    return fail(ErrorKind::usage, "smkey.export", "name what to export, or use --all");
  if (context.flag("all"))
    return context.flag("secret") ? session.store.secret_fingerprints() : session.store.list_certificates();
  std::vector<Fingerprint> fingerprints;
  for (const std::string& id : context.arguments()) {
    auto fingerprint = SM_TRY(resolve(session.store, id));
    fingerprints.push_back(std::move(fingerprint));
  }
  return fingerprints;
}

// The user IDs of a certificate that have this address.
std::vector<std::string> user_ids_of(const CertificateInfo& info, const std::string& address) {
  std::vector<std::string> found;
  for (const UserId& user_id : info.user_ids)
    if (mime::user_id_address(user_id.text) == address) found.push_back(user_id.text);
  return found;
}

Result<std::string> certificate(cli::Context& context, Session& session, const Fingerprint& fingerprint) {
  auto stored = SM_TRY(session.store.certificate(fingerprint));
  if (!stored) return fail(ErrorKind::key, "id.unknown", "no certificate " + fingerprint);
  std::optional<std::vector<std::string>> keep;
  if (const auto given = context.value("address")) {
    const auto address = mime::parse_address(*given);
    if (!address) return fail(ErrorKind::usage, "smkey.address", "not an address: " + *given);
    const CertificateInfo info = SM_TRY(session.reader->inspect(*stored));
    keep = user_ids_of(info, *address);
    if (keep->empty()) return fail(ErrorKind::key, "id.unknown", fingerprint + " has no user ID of " + *address);
  }
  std::string stripped = SM_TRY(session.reader->strip(*stored, keep, context.flag("minimal")));
  // With nothing to leave out, it is what it was to the octet.
  return store::same_packets(stripped, *stored) ? *std::move(stored) : stripped;
}

Result<Secret> secret_keys(Session& session, const std::vector<Fingerprint>& fingerprints) {
  Secret packets;
  for (const Fingerprint& fingerprint : fingerprints) {
    if (!SM_TRY(session.store.has_certificate(fingerprint))) {
      session.context.warn("the secret key " + fingerprint +
                           " has no certificate and is left out; smkey import of its file gives it one");
      continue;
    }
    const OwnKey key = SM_TRY(open_own_key(session, fingerprint));
    packets.append(SM_TRY(session.reader->compose_secret(key.certificate, key.secret.view())).view());
  }
  return packets;
}

}  // namespace

Result<int> export_keys(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  const bool secret = context.flag("secret");
  if (secret && (context.flag("minimal") || context.value("address")))
    return fail(ErrorKind::usage, "smkey.export", "--minimal and --address are for certificates, not for secret keys");

  if (secret) context.private_output();
  const auto fingerprints = SM_TRY(wanted(context, *session));
  const bool binary = context.flag("binary");
  if (secret) {
    const Secret packets = SM_TRY(secret_keys(*session, fingerprints));
    SM_TRY(binary || packets.empty() ? context.print(packets)
                                     : context.print(armor_secret(ArmorKind::private_key, packets.view())));
    return 0;
  }
  std::string packets;
  for (const Fingerprint& fingerprint : fingerprints) {
    auto one = certificate(context, *session, fingerprint);
    // One that can't be read would make a reader lose those that follow.
    if (!one && context.flag("all") && one.error().kind == ErrorKind::data) {
      context.warn(fingerprint + " is left out: " + one.error().message);
      continue;
    }
    packets += SM_TRY(std::move(one));
  }
  SM_TRY(context.print(binary || packets.empty() ? packets : armor(ArmorKind::public_key, packets)));
  return 0;
}

}  // namespace sm::smkey
