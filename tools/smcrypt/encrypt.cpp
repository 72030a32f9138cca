#include "pgpmime/encrypt.hpp"

#include <algorithm>
#include <set>

#include "commands.hpp"
#include "keystore/resolve.hpp"
#include "lookup.hpp"
#include "mime/address.hpp"
#include "openpgp/session.hpp"
#include "pgpmime/structure.hpp"

namespace sm::smcrypt {

namespace {

// What is known of the recipients when all of them have been looked at.
struct Recipients {
  std::vector<Fingerprint> certificates;  // without repetition, in the order given
  std::vector<Fingerprint> hidden;        // those of them that the message must not name
  std::vector<std::string> missing;       // "alice@example.org: no certificate": --missing-key decides
  std::vector<std::string> refused;       // revoked or in conflict: 77 whatever the policy
  std::vector<std::string> unanswered;    // an unreadable binding, a look-up without an answer: 75 whatever the policy
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

// Addresses that whoever gets the message can see in its header.
std::set<std::string> visible_addresses(const mime::Header& header) {
  std::set<std::string> addresses;
  for (const mime::Field& field : header.fields) {
    if (!field.is("To") && !field.is("Cc") && !field.is("Resent-To") && !field.is("Resent-Cc") && !field.is("From") &&
        !field.is("Sender"))
      continue;
    if (const auto mailboxes = mime::parse_mailboxes(field.body))
      for (const mime::Mailbox& mailbox : *mailboxes) addresses.insert(mailbox.address);
  }
  return addresses;
}

// Whether the header shows that the message goes to `id`, or to who has this certificate.
bool is_visible(const std::set<std::string>& visible, const std::string& id, const CertificateInfo& certificate) {
  if (const auto address = mime::parse_address(id)) return visible.contains(*address);
  return std::ranges::any_of(certificate.user_ids, [&](const UserId& user_id) {
    const auto address = mime::user_id_address(user_id.text);
    return address && visible.contains(*address);
  });
}

// `visible`: nullptr where the message may name everybody it is encrypted to. `lookup`: the error that looking for it
// ended with, nullptr if there was none.
Result<void> add_recipient(cli::Context& context, Session& session, const std::string& id,
                           const std::set<std::string>* visible, const Error* lookup, Recipients& recipients) {
  const auto missing = [&](std::string_view why) -> Result<void> {
    recipients.missing.push_back(id + ": " + std::string(why));
    return context.status("MISSING_KEY", {{"recipient", id}, {"reason", std::string(why)}});
  };
  if (lookup) {
    // By their codes: tempfail = yes in the configuration makes every status of the search one.
    if (lookup->code == "key.expired") return missing("expired");
    if (lookup->code == "key.unusable") return missing("no encryption key");
    const bool refused =
        lookup->kind == ErrorKind::key || lookup->code == "key.revoked" || lookup->code == "id.conflict";
    (refused ? recipients.refused : recipients.unanswered).push_back(id + ": " + lookup->message);
    return {};
  }
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
  const bool hide = context.flag("hidden") || (visible && !is_visible(*visible, id, *certificate));
  const bool fresh = std::ranges::find(recipients.certificates, *fingerprint) == recipients.certificates.end();
  if (fresh) recipients.certificates.push_back(*fingerprint);
  // Named once, as somebody who is seen in the header, is named.
  if (fresh && hide) recipients.hidden.push_back(*fingerprint);
  if (!hide) std::erase(recipients.hidden, *fingerprint);
  std::vector<std::pair<std::string_view, std::string>> values{
      {"id", id}, {"fingerprint", *fingerprint}, {"key", choice.key->fingerprint}};
  if (hide) values.emplace_back("hidden", "yes");
  return context.status("RECIPIENT", values);
}

Result<Recipients> find_recipients(cli::Context& context, Session& session, const mime::Header& header) {
  std::vector<std::string> ids = context.values("to");
  if (context.flag("to-headers"))
    for (std::string& address : SM_TRY(header_recipients(header))) ids.push_back(std::move(address));
  if (ids.empty()) return fail(ErrorKind::data, "smcrypt.no-recipient", "the message names no recipient");
  Lookups lookups;
  if (context.flag("lookup")) lookups = SM_TRY(look_up_unknown(context, session, ids));
  const std::vector<std::string> own = context.values("encrypt-to");
  std::ranges::copy(own, std::back_inserter(ids));

  Recipients recipients;
  const std::set<std::string> visible = visible_addresses(header);
  std::set<std::string> seen;
  for (const std::string& id : ids) {
    const bool blind = !context.flag("at-rest") && std::ranges::find(own, id) == own.end();
    if (!seen.insert(id).second) continue;
    const auto lookup = lookups.find(mime::parse_address(id).value_or(id));
    SM_TRY(add_recipient(context, session, id, blind ? &visible : nullptr,
                         lookup == lookups.end() ? nullptr : &lookup->second, recipients));
  }
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
  const bool at_rest = context.flag("at-rest");
  if (context.values("to").empty() && !context.flag("to-headers"))
    return fail(ErrorKind::usage, "smcrypt.no-recipient", "nobody to encrypt to",
                at_rest ? "use --to ADDR" : "use --to ADDR or --to-headers");
  if (context.value("key") && !sign)
    return fail(ErrorKind::usage, "smcrypt.key-without-sign", "--key names a signing key", "add --sign");
  for (const char* option : {"sign", "to-headers", "keep-bcc"})
    if (at_rest && context.flag(option))
      return fail(ErrorKind::usage, "smcrypt.at-rest",
                  "--at-rest is for mail that has arrived: no --" + std::string(option),
                  "name the owner of the mailbox with --to ADDR");

  const auto session = SM_TRY(Session::open(context));
  const std::string policy = context.value("missing-key").value_or("fail");
  // What may pass in clear is read to its end before its first byte goes out.
  const bool whole = sign || at_rest || policy == "pass";
  auto plaintext = SM_TRY(pgpmime::Plaintext::begin(context.input(), whole, context.spool_directory()));
  if (plaintext.already_encrypted()) {
    SM_TRY(context.status("ALREADY_ENCRYPTED"));
    return context.release(plaintext.unchanged(), Spool::Content::ciphertext);
  }

  const Recipients recipients = SM_TRY(find_recipients(context, *session, plaintext.header()));
  if (!recipients.missing.empty()) {
    if (policy == "pass") {
      SM_TRY(context.status("SENT_CLEAR"));
      return context.release(plaintext.unchanged());
    }
    return fail(policy == "defer" ? ErrorKind::temporary : ErrorKind::key, "recipient.missing-key",
                join(recipients.missing), "smkey import takes a certificate from a file");
  }

  EncryptionRequest request{.recipients = recipients.certificates, .hidden = recipients.hidden};
  if (sign) request.sign_with = SM_TRY(choose_signing_key(*session, pgpmime::from_address(plaintext.header())));
  const pgpmime::EncryptOptions options{
      .keep_bcc = context.flag("keep-bcc"), .protect_headers = !context.flag("no-protect-headers"), .at_rest = at_rest};
  pgpmime::EncryptedMessage result =
      SM_TRY(pgpmime::encrypt(plaintext, session->engine, request, options, context.spool_directory()));
  for (const mime::Finding& finding : result.findings) context.note(finding.code);
  return context.release(result.message, Spool::Content::ciphertext);
}

}  // namespace sm::smcrypt
