#include "pgpmime/sign.hpp"
#include "commands.hpp"
#include "openpgp/session.hpp"
#include "pgpmime/structure.hpp"

namespace sm::smsign {

namespace {

Hash digest(const cli::Context& context) {
  const auto name = context.value("digest");
  if (!name) return Hash::automatic;
  if (*name == "sha384") return Hash::sha384;
  return *name == "sha512" ? Hash::sha512 : Hash::sha256;
}

}  // namespace

Result<int> sign(cli::Context& context) {
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");

  const Fingerprint key = SM_TRY(choose_signing_key(*session, pgpmime::from_address(outline.top())));
  pgpmime::SignedMessage result = SM_TRY(pgpmime::sign(message, outline, session->engine, key, digest(context),
                                                       !context.flag("no-protect-headers"), context.spool_directory()));
  for (const mime::Finding& finding : result.findings) context.note(finding.code);
  return context.release(result.message);
}

}  // namespace sm::smsign
