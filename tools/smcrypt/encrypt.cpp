#include "pgpmime/encrypt.hpp"

#include <algorithm>
#include <set>

#include "commands.hpp"
#include "keystore/resolve.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "pgpmime/structure.hpp"

namespace sm::smcrypt {

namespace {

// What is known of the recipients when all of them have been looked at.
struct Recipients {
  std::vector<Fingerprint> certificates;  // without repetition, in the order given
  std::vector<std::string> missing;       // "alice@example.org: no certificate": --missing-key decides
  std::vector<std::string> refused;       // revoked or in conflict: 77 whatever the policy
  std::vector<std::string> unanswered;    // an unreadable binding: 75 whatever the policy
};

std::string join(const std::vector<std::string>& lines) {
  std::string joined;
  for (const std::string& line : lines) joined += (joined.empty() ? "" : "; ") + line;
  return joined;
}

std::string_view words(Unusable why) {
  switch (why) {
    case Unusable::revoked:
      return "revoked";
    case Unusable::expired:
      return "expired";
    case Unusable::invalid:
      return "invalid";
    default:
      return "no encryption key";
  }
}

// Every address of To, Cc and Bcc. A field that can't be read is an error: a recipient must not be overlooked.
Result<std::vector<std::string>> header_recipients(const mime::Header& header) {
  std::vector<std::string> addresses;
  for (const mime::Field& field : header.fields) {
    if (!field.is("To") && !field.is("Cc") && !field.is("Bcc")) continue;
    const auto mailboxes = mime::parse_mailboxes(field.body);
    if (!mailboxes)
      return fail(ErrorKind::data, "smcrypt.recipients",
                  "the addresses in " + std::string(field.name) + " can't be read: " + mime::unfold(field.body));
    for (const mime::Mailbox& mailbox : *mailboxes) addresses.push_back(mailbox.address);
  }
  return addresses;
}

Result<void> add_recipient(cli::Context& context, Session& session, const std::string& id, Recipients& recipients) {
  const auto missing = [&](std::string_view why) -> Result<void> {
    recipients.missing.push_back(id + ": " + std::string(why));
    return context.status("MISSING_KEY", {{"recipient", id}, {"reason", std::string(why)}});
  };
  const auto fingerprint = resolve_recipient(session.store, id);
  if (!fingerprint) {
    const Error& error = fingerprint.error();
    if (error.code == "id.unknown") return missing("no certificate");
    if (error.kind == ErrorKind::usage) return Unexpected{error};
    if (error.kind == ErrorKind::temporary)
      recipients.unanswered.push_back(id + ": " + error.message);
    else
      recipients.refused.push_back(error.message);
    return {};
  }
  const auto certificate = SM_TRY(session.engine.certificate(*fingerprint));
  if (!certificate) return missing("no certificate");
  const KeyChoice choice = encryption_key(*certificate, context.clock().now());
  if (!choice.key) {
    if (choice.why != Unusable::revoked) return missing(words(choice.why));
    recipients.refused.push_back(id + ": the certificate " + *fingerprint + " is revoked");
    return {};
  }
  if (std::ranges::find(recipients.certificates, *fingerprint) == recipients.certificates.end())
    recipients.certificates.push_back(*fingerprint);
  return context.status("RECIPIENT", {{"id", id}, {"fingerprint", *fingerprint}, {"key", choice.key->fingerprint}});
}

Result<Recipients> find_recipients(cli::Context& context, Session& session, const mime::Header& header) {
  std::vector<std::string> ids = context.values("to");
  if (context.flag("to-headers"))
    for (std::string& address : SM_TRY(header_recipients(header))) ids.push_back(std::move(address));
  if (ids.empty()) return fail(ErrorKind::data, "smcrypt.no-recipient", "the message names no recipient");
  std::ranges::copy(context.values("encrypt-to"), std::back_inserter(ids));

  Recipients recipients;
  std::set<std::string> seen;
  for (const std::string& id : ids)
    if (seen.insert(id).second) SM_TRY(add_recipient(context, session, id, recipients));
  if (!recipients.refused.empty())
    return fail(ErrorKind::key, "recipient.refused", join(recipients.refused),
                "smkey bindings shows conflicts, smkey accept settles them");
  if (!recipients.unanswered.empty())
    return fail(ErrorKind::temporary, "recipient.unanswered", join(recipients.unanswered));
  return recipients;
}

}  // namespace

Result<int> encrypt(cli::Context& context) {
  const bool sign = context.flag("sign");
  if (context.values("to").empty() && !context.flag("to-headers"))
    return fail(ErrorKind::usage, "smcrypt.no-recipient", "nobody to encrypt to", "use --to ADDR or --to-headers");
  if (context.value("key") && !sign)
    return fail(ErrorKind::usage, "smcrypt.key-without-sign", "--key names a signing key", "add --sign");

  const auto session = SM_TRY(Session::open(context));
  auto plaintext = SM_TRY(pgpmime::Plaintext::begin(context.input(), sign, context.spool_directory()));
  if (plaintext.already_encrypted()) {
    SM_TRY(context.status("ALREADY_ENCRYPTED"));
    return context.release(plaintext.unchanged());
  }

  const Recipients recipients = SM_TRY(find_recipients(context, *session, plaintext.header()));
  if (!recipients.missing.empty()) {
    const std::string policy = context.value("missing-key").value_or("fail");
    if (policy == "pass") {
      SM_TRY(context.status("SENT_CLEAR"));
      return context.release(plaintext.unchanged());
    }
    return fail(policy == "defer" ? ErrorKind::temporary : ErrorKind::key, "recipient.missing-key",
                join(recipients.missing), "smkey import takes a certificate from a file");
  }

  EncryptionRequest request{.recipients = recipients.certificates};
  if (sign) request.sign_with = SM_TRY(choose_signing_key(*session, pgpmime::from_address(plaintext.header())));
  const pgpmime::EncryptOptions options{.keep_bcc = context.flag("keep-bcc"),
                                        .protect_headers = !context.flag("no-protect-headers")};
  pgpmime::EncryptedMessage result =
      SM_TRY(pgpmime::encrypt(plaintext, session->engine, request, options, context.spool_directory()));
  for (const mime::Finding& finding : result.findings) context.note(finding.code);
  return context.release(result.message);
}

}  // namespace sm::smcrypt
