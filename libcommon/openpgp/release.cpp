#include "openpgp/release.hpp"

#include "openpgp/verdict_output.hpp"
#include "pgpmime/annotate.hpp"

namespace sm {

Result<int> release_annotated(cli::Context& context, Document& message, const pgpmime::VerdictField& field) {
  pgpmime::HeaderMap map = SM_TRY(pgpmime::map_headers(message));
  std::string text = pgpmime::field_text(field, eol_text(map.eol));
  const auto result = pgpmime::annotated(message, std::move(map), std::move(text));
  return context.release(*result);
}

Result<int> release_annotated(cli::Context& context, Source& message, const pgpmime::VerdictField& field) {
  Spool spool(context.spool_directory());
  SM_TRY(copy(message, spool));
  SM_TRY(spool.finish());
  Document document = Document::from_spool(std::move(spool));
  return release_annotated(context, document, field);
}

Result<pgpmime::VerdictField> undecided(cli::Context& context, std::string_view program, const Error& why) {
  const pgpmime::MessageVerdict verdict{.verdict = Verdict::error, .from = {}, .layers = {}};
  SM_TRY(verdict_status(context, verdict));
  context.note(why.message);
  pgpmime::VerdictField field = pgpmime::verdict_field(verdict, program);
  field.reason = why.code;
  return field;
}

}  // namespace sm
