#include "openpgp/release.hpp"

#include "openpgp/deadline.hpp"
#include "openpgp/verdict_output.hpp"
#include "pgpmime/annotate.hpp"

namespace sm {

namespace {

// What is said where a verdict can't be had.
Result<pgpmime::VerdictField> undecided(cli::Context& context, std::string_view program, const Error& why) {
  pgpmime::MessageVerdict verdict;
  verdict.verdict = Verdict::error;
  SM_TRY(verdict_status(context, verdict));
  context.note(why.message);
  pgpmime::VerdictField field = pgpmime::verdict_field(verdict, program);
  field.reason = why.code;
  return field;
}

Result<int> release_with(cli::Context& context, Document& message, std::string_view field) {
  pgpmime::HeaderMap map = SM_TRY(pgpmime::map_headers(message));
  std::string text = with_line_ends(field, map.eol);
  const auto result = pgpmime::annotated(message, std::move(map), std::move(text));
  return context.release(*result);
}

}  // namespace

Result<int> release_annotated(cli::Context& context, std::string_view program, Document& message,
                              const std::function<Result<pgpmime::VerdictField>()>& find) {
  const auto decide = [&]() -> Result<std::string> {
    auto found = find();
    if (!found && found.error().kind == ErrorKind::data && found.error().code != "mime.empty")
      found = undecided(context, program, found.error());
    if (!found) return Unexpected{std::move(found).error()};
    return pgpmime::field_text(*found, "\n");
  };
  const auto field = SM_TRY(before_timeout(context, decide));
  if (field) return release_with(context, message, *field);
  const Error late = fail(ErrorKind::temporary, "cli.timeout", "not done in time (--timeout)").error;
  const auto verdict = SM_TRY(undecided(context, program, late));
  return release_with(context, message, pgpmime::field_text(verdict, "\n"));
}

Result<int> release_annotated(cli::Context& context, Source& message, const pgpmime::VerdictField& field) {
  Spool spool(context.spool_directory());
  SM_TRY(copy(message, spool));
  SM_TRY(spool.finish());
  Document document = Document::from_spool(std::move(spool));
  return release_with(context, document, pgpmime::field_text(field, "\n"));
}

}  // namespace sm
