#include "pgpmime/decrypt.hpp"

#include "commands.hpp"
#include "openpgp/release.hpp"
#include "openpgp/session.hpp"
#include "openpgp/verdict_output.hpp"
#include "pgpmime/decrypt_inline.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/verify.hpp"

namespace sm::smcrypt {

namespace {

Result<int> release_unchanged(cli::Context& context, Document& message) {
  Range all(message, message.all());
  return context.release(all);
}

Result<void> report(cli::Context& context, const pgpmime::MessageVerdict& verdict) {
  SM_TRY(verdict_status(context, verdict));
  if (verdict.verdict != Verdict::good && verdict.verdict != Verdict::none) context.warn(verdict_remark(verdict));
  return {};
}

// What a decryption failed with, where --keep (or `pass`) wants the message all the same.
Result<int> keep(cli::Context& context, Document& message, const Error& error, bool pass = false) {
  if ((!context.flag("keep") && !pass) || (error.kind != ErrorKind::data && error.kind != ErrorKind::key))
    return Unexpected{error};
  SM_TRY(context.status("ERROR", {{"code", error.code}}));
  if (context.flag("annotate")) {
    return release_annotated(context, "smcrypt", message, [&]() -> Result<pgpmime::VerdictField> {
      if (error.kind == ErrorKind::data) return Unexpected{error};
      context.note(error.message);
      pgpmime::MessageVerdict unopened;
      SM_TRY(report(context, unopened));
      return pgpmime::verdict_field(unopened, "smcrypt");
    });
  }
  context.note(error.message);
  return release_unchanged(context, message);
}

// What came out, all or (not `whole`) some attachments of which were encrypted, with its verdict: a signature never
// changes the status, one that can't be read is `error`.
Result<int> release_opened(cli::Context& context, Source& message, bool whole,
                           Result<pgpmime::MessageVerdict> verdict) {
  pgpmime::VerdictField field;
  if (verdict) {
    SM_TRY(report(context, *verdict));
    field = pgpmime::verdict_field(*verdict, "smcrypt");
  } else {
    if (verdict.error().kind != ErrorKind::data) return Unexpected{std::move(verdict).error()};
    pgpmime::MessageVerdict unreadable;
    unreadable.verdict = Verdict::error;
    SM_TRY(report(context, unreadable));
    field = pgpmime::verdict_field(unreadable, "smcrypt");
    field.reason = verdict.error().code;
  }
  field.opened = whole;
  return context.flag("annotate") ? release_annotated(context, message, field) : context.release(message);
}

// Clear mail, as smsign verify --annotate has it.
Result<int> annotate(cli::Context& context, Session& session, Document& message, const mime::Outline& outline) {
  return release_annotated(context, "smcrypt", message, [&]() -> Result<pgpmime::VerdictField> {
    const auto verdict = SM_TRY(pgpmime::verify(message, outline, session.engine, verify_policy(session, false)));
    SM_TRY(report(context, verdict));
    return pgpmime::verdict_field(verdict, "smcrypt");
  });
}

// A message that is not PGP/MIME: with OpenPGP in its text or attachments, or without.
Result<int> decrypt_inline(cli::Context& context, Session& session, Document& message, const mime::Outline& outline,
                           const DecryptionLimits& bounds) {
  auto result = pgpmime::decrypt_inline(message, outline, session.engine, bounds, context.spool_directory());
  if (!result) return keep(context, message, result.error());
  if (result->opened.empty()) SM_TRY(context.status("NOT_ENCRYPTED"));
  for (const pgpmime::OpenedPart& part : result->opened)
    SM_TRY(context.status("OPENED", {{"part", std::to_string(part.part)}}));
  for (const pgpmime::LeftPart& part : result->left) {
    SM_TRY(context.status("LEFT_ENCRYPTED", {{"part", std::to_string(part.part)}, {"reason", part.reason}}));
    context.note("part " + std::to_string(part.part) + " stays encrypted: " + part.reason);
  }
  if (result->opened.empty())
    return context.flag("annotate") ? annotate(context, session, message, outline) : context.release(result->message);
  return release_opened(
      context, result->message, result->whole,
      pgpmime::verify_inline(*result, message, outline, session.engine, verify_policy(session, false)));
}

}  // namespace

Result<int> decrypt(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const auto scanned = mime::scan(message);
  // Nobody can see whether it is encrypted; as clear mail its verdict is no reason to fail.
  if (!scanned) return keep(context, message, scanned.error(), context.flag("annotate"));
  const mime::Outline& outline = *scanned;
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  DecryptionLimits bounds;
  if (const auto size = context.number("max-message")) bounds.output = *size;
  if (!SM_TRY(pgpmime::claims_encryption(message, outline)))
    return decrypt_inline(context, *session, message, outline, bounds);

  auto decrypted = pgpmime::decrypt(message, outline, session->engine, bounds, context.spool_directory());
  if (!decrypted) return keep(context, message, decrypted.error());

  if (decrypted->from_differs) context.warn("the From inside the encryption is not the one outside, which stays");
  return release_opened(
      context, decrypted->message, true,
      pgpmime::verify_decrypted(*decrypted, message, outline, session->engine, verify_policy(*session, false)));
}

}  // namespace sm::smcrypt
