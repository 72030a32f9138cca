#include "pgpmime/decrypt.hpp"

#include "commands.hpp"
#include "openpgp/session.hpp"
#include "openpgp/verdict_output.hpp"
#include "pgpmime/structure.hpp"

namespace sm::smcrypt {

namespace {

Result<int> release_unchanged(cli::Context& context, Document& message) {
  Range all(message, message.all());
  return context.release(all);
}

}  // namespace

Result<int> decrypt(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  if (!pgpmime::claims_encryption(outline)) {
    SM_TRY(context.status("NOT_ENCRYPTED"));
    return release_unchanged(context, message);
  }

  DecryptionLimits bounds;
  if (const auto size = context.number("max-message")) bounds.output = *size;
  auto decrypted = pgpmime::decrypt(message, outline, session->engine, bounds, context.spool_directory());
  if (!decrypted) {
    const Error& error = decrypted.error();
    if (!context.flag("keep") || (error.kind != ErrorKind::data && error.kind != ErrorKind::key))
      return Unexpected{std::move(decrypted).error()};
    context.note(error.message);
    SM_TRY(context.status("ERROR", {{"code", error.code}}));
    return release_unchanged(context, message);
  }

  if (decrypted->from_differs) context.warn("the From inside the encryption is not the one outside, which stays");
  const pgpmime::MessageVerdict verdict =
      SM_TRY(pgpmime::verify_decrypted(*decrypted, outline, session->engine, verify_policy(*session, false)));
  SM_TRY(verdict_status(context, verdict));
  if (verdict.verdict != Verdict::good && verdict.verdict != Verdict::none) context.warn(verdict_remark(verdict));
  return context.release(decrypted->message);
}

}  // namespace sm::smcrypt
