#include "pgpmime/decrypt.hpp"

#include "commands.hpp"
#include "openpgp/session.hpp"
#include "openpgp/verdict_output.hpp"
#include "pgpmime/decrypt_inline.hpp"
#include "pgpmime/encrypted.hpp"

namespace sm::smcrypt {

namespace {

Result<int> release_unchanged(cli::Context& context, Document& message) {
  Range all(message, message.all());
  return context.release(all);
}

// What a decryption failed with, where --keep wants the message all the same.
Result<int> keep(cli::Context& context, Document& message, Error error) {
  if (!context.flag("keep") || (error.kind != ErrorKind::data && error.kind != ErrorKind::key))
    return Unexpected{std::move(error)};
  context.note(error.message);
  SM_TRY(context.status("ERROR", {{"code", error.code}}));
  return release_unchanged(context, message);
}

Result<void> report(cli::Context& context, const pgpmime::MessageVerdict& verdict) {
  SM_TRY(verdict_status(context, verdict));
  if (verdict.verdict != Verdict::good && verdict.verdict != Verdict::none) context.warn(verdict_remark(verdict));
  return {};
}

// A message that is not PGP/MIME: with OpenPGP in its text or attachments, or without.
Result<int> decrypt_inline(cli::Context& context, Session& session, Document& message, const mime::Outline& outline,
                           const DecryptionLimits& bounds) {
  auto result = pgpmime::decrypt_inline(message, outline, session.engine, bounds, context.spool_directory());
  if (!result) return keep(context, message, std::move(result).error());
  if (result->opened.empty()) SM_TRY(context.status("NOT_ENCRYPTED"));
  for (const pgpmime::OpenedPart& part : result->opened)
    SM_TRY(context.status("OPENED", {{"part", std::to_string(part.part)}}));
  for (const pgpmime::LeftPart& part : result->left) {
    SM_TRY(context.status("LEFT_ENCRYPTED", {{"part", std::to_string(part.part)}, {"reason", part.reason}}));
    context.note("part " + std::to_string(part.part) + " stays encrypted: " + part.reason);
  }
  if (!result->opened.empty()) {
    const auto verdict =
        SM_TRY(pgpmime::verify_inline(*result, message, outline, session.engine, verify_policy(session, false)));
    SM_TRY(report(context, verdict));
  }
  return context.release(result->message);
}

}  // namespace

Result<int> decrypt(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  DecryptionLimits bounds;
  if (const auto size = context.number("max-message")) bounds.output = *size;
  if (!SM_TRY(pgpmime::claims_encryption(message, outline)))
    return decrypt_inline(context, *session, message, outline, bounds);

  auto decrypted = pgpmime::decrypt(message, outline, session->engine, bounds, context.spool_directory());
  if (!decrypted) return keep(context, message, std::move(decrypted).error());

  if (decrypted->from_differs) context.warn("the From inside the encryption is not the one outside, which stays");
  const pgpmime::MessageVerdict verdict =
      SM_TRY(pgpmime::verify_decrypted(*decrypted, message, outline, session->engine, verify_policy(*session, false)));
  SM_TRY(report(context, verdict));
  return context.release(decrypted->message);
}

}  // namespace sm::smcrypt
