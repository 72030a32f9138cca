#include "importer.hpp"

#include <algorithm>

#include "json/line.hpp"
#include "mime/address.hpp"
#include "own_key.hpp"
#include "text/printable.hpp"

namespace sm::smkey {

namespace {

std::string_view word(Change change) {
  switch (change) {
    case Change::created:
      return "new";
    case Change::updated:
      return "updated";
    default:
      return "unchanged";
  }
}

}  // namespace

Result<void> Importer::take(std::string_view bytes) {
  auto input = session_.reader->read(bytes);
  if (!input) {
    if (input.error().kind != ErrorKind::data) return Unexpected{std::move(input).error()};
    damaged_ = std::move(input).error();
    return {};
  }
  for (ImportedKey& key : input->keys) SM_TRY(take_key(key));
  for (StandAloneRevocation& revocation : input->revocations) revocations_.push_back(std::move(revocation));
  for (const ImportSkip& skipped : input->skipped) {
    skip(skipped.what, skipped.code);
    if (skipped.damaged) damaged_ = fail(ErrorKind::data, skipped.code, skipped.what + " is damaged").error;
  }
  return {};
}

Result<void> Importer::take_key(ImportedKey& key) {
  const Fingerprint& fingerprint = key.info.fingerprint();
  const bool secret = !key.secret.empty();
  std::string result;
  if (secret) {
    const auto change = session_.store.put_secret_key(fingerprint, key.secret);
    if (!change) {
      if (change.error().code != "store.secret-conflict") return Unexpected{change.error()};
      skip(fingerprint, change.error().code);
      refused_ = change.error();
      return {};
    }
    if (*change != Change::unchanged) result = word(*change);
  }
  const Change change = SM_TRY(session_.store.put_certificate(key.info, key.certificate));
  if (result.empty()) result = word(change);
  if (secret) SM_TRY(refresh_secret_key(session_, fingerprint));
  const auto primary = std::ranges::find_if(key.info.user_ids, [](const UserId& id) { return id.primary; });
  const std::string title = primary != key.info.user_ids.end() ? primary->text
                            : !key.info.user_ids.empty()       ? key.info.user_ids.front().text
                                                               : std::string("(no user ID)");
  outcomes_.push_back({.what = fingerprint, .result = std::move(result), .detail = title, .secret = secret});
  for (const UserId& id : key.info.user_ids) {
    const auto address = id.valid ? mime::user_id_address(id.text) : std::nullopt;
    if (!address) continue;
    // The owner of a secret key knows whose address it is; a certificate only claims it.
    Fingerprint& own = claims_[*address];
    if (secret && own.empty()) own = fingerprint;
  }
  return {};
}

Result<void> Importer::take_revocation(const StandAloneRevocation& revocation) {
  const auto holders = SM_TRY(session_.store.holders(revocation.issuer));
  for (const Fingerprint& fingerprint : holders) {
    const auto certificate = SM_TRY(session_.store.certificate(fingerprint));
    if (!certificate) continue;
    const auto revoked = SM_TRY(session_.reader->apply_revocation(*certificate, revocation.packets));
    if (!revoked) continue;
    const CertificateInfo info = SM_TRY(session_.reader->inspect(*revoked));
    const Change change = SM_TRY(session_.store.put_certificate(info, *revoked));
    outcomes_.push_back({.what = fingerprint, .result = std::string(word(change)), .detail = "revocation certificate"});
    return {};
  }
  skip(revocation.issuer.empty() ? std::string("revocation certificate") : revocation.issuer,
       "a revocation certificate of no certificate that is stored");
  return {};
}

void Importer::skip(std::string what, std::string why) {
  outcomes_.push_back({.what = std::move(what), .result = "skipped", .detail = std::move(why)});
}

Result<void> Importer::apply_revocations() {
  for (const StandAloneRevocation& revocation : revocations_) SM_TRY(take_revocation(revocation));
  revocations_.clear();
  return {};
}

Result<void> Importer::bind() {
  for (const auto& [address, own] : claims_) {
    Fingerprint to = own;
    if (to.empty()) {
      const auto claimants = SM_TRY(session_.store.claimants(address));
      if (claimants.size() != 1) continue;
      to = claimants.front();
    }
    const Change change = SM_TRY(session_.store.bind(address, to, BindingSource::import));
    if (change == Change::created) session_.context.note(std::string(address).append(" is bound to ").append(to));
  }
  return {};
}

void Importer::unreadable(Error error) {
  if (!unreadable_) unreadable_ = std::move(error);
}

Result<int> Importer::report(std::string_view schema, const json::Object& more) {
  std::string text;
  for (const Outcome& outcome : outcomes_) {
    if (session_.context.json()) {
      json::Object members{
          {"what", outcome.what}, {"result", outcome.result}, {"secret", outcome.secret}, {"detail", outcome.detail}};
      members.insert(members.end(), more.begin(), more.end());
      text += json_line(schema, members);
    } else {
      text += outcome.result + "  " + outcome.what + (outcome.secret ? "  secret  " : "  ") +
              printable(outcome.detail) + "\n";
    }
  }
  if (!session_.context.quiet()) SM_TRY(session_.context.print(text));
  if (refused_) return Unexpected{std::move(*refused_)};
  if (unreadable_) return Unexpected{std::move(*unreadable_)};
  if (damaged_) return Unexpected{std::move(*damaged_)};
  return 0;
}

}  // namespace sm::smkey
