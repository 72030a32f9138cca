#include <algorithm>
#include <map>

#include "commands.hpp"
#include "io/descriptor.hpp"
#include "mime/address.hpp"
#include "openpgp/json_line.hpp"
#include "openpgp/session.hpp"
#include "text/printable.hpp"

namespace sm::smkey {

namespace {

constexpr std::size_t max_input = 256u << 20;  // bytes of one file of keys

// What became of one thing in the input.
struct Outcome {
  std::string what;    // fingerprint, or what identifies a thing that was skipped
  std::string result;  // new, updated, unchanged, skipped
  std::string detail;  // user ID, or why it was skipped
  bool secret = false;
};

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

class Import {
 public:
  Import(cli::Context& context, Session& session) : context_(context), session_(session) {}

  Result<void> take(std::string_view bytes) {
    auto input = session_.reader->read(bytes);
    if (!input) {
      if (input.error().kind != ErrorKind::data) return Unexpected{std::move(input).error()};
      damaged_ = std::move(input).error();
      return {};
    }
    for (ImportedKey& key : input->keys) SM_TRY(take_key(key));
    for (const StandAloneRevocation& revocation : input->revocations) SM_TRY(take_revocation(revocation));
    for (const ImportSkip& skip : input->skipped) {
      outcomes_.push_back({.what = skip.what, .result = "skipped", .detail = skip.code});
      if (skip.damaged) damaged_ = fail(ErrorKind::data, skip.code, skip.what + " is damaged").error;
    }
    return {};
  }

  // After the last input: an address is bound if exactly one certificate, of all that came and all that is stored,
  // claims it.
  Result<void> bind() {
    for (const auto& [address, own] : claims_) {
      Fingerprint to = own;
      if (to.empty()) {
        const auto claimants = SM_TRY(session_.store.claimants(address));
        if (claimants.size() != 1) continue;
        to = claimants.front();
      }
      const Change change = SM_TRY(session_.store.bind(address, to, BindingSource::import));
      if (change == Change::created) context_.note(std::string(address).append(" is bound to ").append(to));
    }
    return {};
  }

  Result<int> report() {
    std::string text;
    for (const Outcome& outcome : outcomes_) {
      if (context_.json())
        text += json_line("smkey.import/1", json::Object{{"what", outcome.what},
                                                         {"result", outcome.result},
                                                         {"secret", outcome.secret},
                                                         {"detail", outcome.detail}});
      else
        text += outcome.result + "  " + outcome.what + (outcome.secret ? "  secret  " : "  ") +
                printable(outcome.detail) + "\n";
    }
    if (!context_.quiet()) SM_TRY(context_.print(text));
    if (damaged_) return Unexpected{std::move(*damaged_)};
    return 0;
  }

 private:
  Result<void> take_key(ImportedKey& key) {
    const Fingerprint& fingerprint = key.info.fingerprint();
    const bool secret = !key.secret.empty();
    std::string result;
    if (secret) {
      const Change change = SM_TRY(session_.store.put_secret_key(fingerprint, key.secret));
      if (change == Change::created) result = "new";
    }
    const Change change = SM_TRY(session_.store.put_certificate(key.info, key.certificate));
    if (result.empty()) result = word(change);
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

  Result<void> take_revocation(const StandAloneRevocation& revocation) {
    const auto holders = SM_TRY(session_.store.holders(revocation.issuer));
    for (const Fingerprint& fingerprint : holders) {
      const auto certificate = SM_TRY(session_.store.certificate(fingerprint));
      if (!certificate) continue;
      const auto revoked = SM_TRY(session_.reader->apply_revocation(*certificate, revocation.packets));
      if (!revoked) continue;
      const CertificateInfo info = SM_TRY(session_.reader->inspect(*revoked));
      const Change change = SM_TRY(session_.store.put_certificate(info, *revoked));
      outcomes_.push_back(
          {.what = fingerprint, .result = std::string(word(change)), .detail = "revocation certificate"});
      return {};
    }
    outcomes_.push_back({.what = revocation.issuer.empty() ? std::string("revocation certificate") : revocation.issuer,
                         .result = "skipped",
                         .detail = "a revocation certificate of no certificate that is stored"});
    return {};
  }

  cli::Context& context_;
  Session& session_;
  std::vector<Outcome> outcomes_;
  std::map<std::string, Fingerprint> claims_;  // address → whose secret key came with it, or empty
  std::optional<Error> damaged_;
};

}  // namespace

Result<int> import_keys(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Import import(context, *session);
  if (context.arguments().empty()) {
    DescriptorSource input(context.input());
    const std::string bytes = SM_TRY(read_all(input, max_input));
    SM_TRY(import.take(bytes));
  }
  for (const std::string& path : context.arguments()) {
    const std::string bytes = SM_TRY(read_file(path, max_input));
    SM_TRY(import.take(bytes));
  }
  if (!context.flag("no-bind")) SM_TRY(import.bind());
  return import.report();
}

}  // namespace sm::smkey
