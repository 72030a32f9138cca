#include "pgpmime/verify.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "openpgp/release.hpp"
#include "openpgp/session.hpp"
#include "openpgp/verdict_output.hpp"

namespace sm::smsign {

namespace {

int exit_status(Verdict verdict) {
  switch (verdict) {
    case Verdict::good:
      return cli::exit_yes;
    case Verdict::none:
    case Verdict::unknown_key:
      return cli::exit_absent;
    case Verdict::error:
      return cli::exit_data;
    default:
      return cli::exit_no;
  }
}

Result<pgpmime::MessageVerdict> verdict_of(cli::Context& context, Session& session, Document& message) {
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  return pgpmime::verify(message, outline, session.engine, verify_policy(session, context.flag("any-signer")));
}

// Whatever the message contains, it passes: a host that goes on with the original after a failure would show the reader
// the verdict that the sender wrote into it.
Result<int> annotate(cli::Context& context, Session& session, Document& message) {
  return release_annotated(context, "smsign", message, [&]() -> Result<pgpmime::VerdictField> {
    const auto verdict = SM_TRY(verdict_of(context, session, message));
    SM_TRY(verdict_status(context, verdict));
    return pgpmime::verdict_field(verdict, "smsign");
  });
}

}  // namespace

Result<int> verify(cli::Context& context) {
  // What can't be decided has a verdict all the same, for scripts that look at line 1 only.
  const std::string unreadable =
      context.json() ? json_line("smsign.verify/1", verdict_json({.verdict = Verdict::error})) : std::string("error\n");
  if (!context.filter()) context.on_timeout(unreadable);
  const auto session = SM_TRY(Session::open(context));
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  if (context.filter()) return annotate(context, *session, message);
  const auto verdict = verdict_of(context, *session, message);
  if (!verdict) {
    if (verdict.error().kind == ErrorKind::data) SM_TRY(context.print(unreadable));
    return Unexpected{verdict.error()};
  }
  SM_TRY(verdict_status(context, *verdict));
  SM_TRY(context.print(context.json() ? json_line("smsign.verify/1", verdict_json(*verdict)) : verdict_text(*verdict)));
  return exit_status(verdict->verdict);
}

}  // namespace sm::smsign
