#include "pgpmime/verify.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "openpgp/json_line.hpp"
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

Result<pgpmime::MessageVerdict> verdict_of(cli::Context& context, Session& session) {
  Document message = SM_TRY(Document::from_descriptor(context.input(), context.spool_directory()));
  const mime::Outline outline = SM_TRY(mime::scan(message));
  if (outline.empty) return fail(ErrorKind::data, "mime.empty", "the message is empty");
  return pgpmime::verify(message, outline, session.engine, verify_policy(session, context.flag("any-signer")));
}

}  // namespace

Result<int> verify(cli::Context& context) {
  // What can't be decided has a verdict all the same, for scripts that look at line 1 only.
  const std::string undecided =
      context.json() ? json_line("smsign.verify/1", verdict_json({.verdict = Verdict::error})) : std::string("error\n");
  context.on_timeout(undecided);
  const auto session = SM_TRY(Session::open(context));
  const auto verdict = verdict_of(context, *session);
  if (!verdict) {
    if (verdict.error().kind == ErrorKind::data) SM_TRY(context.print(undecided));
    return Unexpected{verdict.error()};
  }
  SM_TRY(verdict_status(context, *verdict));
  SM_TRY(context.print(context.json() ? json_line("smsign.verify/1", verdict_json(*verdict)) : verdict_text(*verdict)));
  return exit_status(verdict->verdict);
}

}  // namespace sm::smsign
