#include "backend/idn/idn.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "lines.hpp"
#include "session.hpp"
#include "text/ascii.hpp"

namespace sm::smvks {
namespace {

using Answer = Result<std::optional<std::string>>;

int status_of(const Answer& answer) {
  if (!answer) return cli::exit_status(answer.error().kind);
  return *answer ? cli::exit_yes : cli::exit_absent;
}

std::string_view name_of(const Answer& answer) {
  if (answer) return *answer ? "found" : "absent";
  const Error& error = answer.error();
  if (error.code == "vks.rate-limit" || error.code == "vks.maintenance") return "later";
  return error.kind == ErrorKind::unavailable ? "refused" : "failed";
}

std::string document(std::string_view query, const Answer& answer) {
  json::Value members = json::object({{"query", query}, {"result", name_of(answer)}, {"status", status_of(answer)}});
  if (answer && *answer) members.add("certificate", **answer);
  if (!answer) members.add("code", answer.error().code).add("error", answer.error().message);
  return json_line("smvks.get/1", members);
}

std::string absence(std::string_view query, const vks::Server& server) {
  return std::string(server.url().host) + " has no certificate for " + std::string(query);
}

Result<int> get_one(cli::Context& context, const std::string& argument) {
  const vks::Query query = SM_TRY(vks::parse_query(argument, idn::to_ascii));
  Session session = SM_TRY(Session::open(context));
  const Answer answer = session.server.get(query);
  if (context.json()) {
    SM_TRY(context.print(document(argument, answer)));
  } else if (answer && *answer) {
    SM_TRY(context.print(**answer));
  }
  if (!answer) return Unexpected{answer.error()};
  if (!*answer && !context.json() && !context.quiet()) context.warn(absence(argument, session.server));
  return status_of(answer);
}

// One after the other: a server that limits how often it may be asked gains nothing from haste.
Answer answer_to(const Lines::Line& line, vks::Server& server) {
  if (line.too_long) return fail(ErrorKind::data, "smvks.line", "longer than " + std::to_string(max_line) + " bytes");
  auto query = vks::parse_query(line.text, idn::to_ascii);
  if (!query) {
    // Not the command line but the data is at fault.
    query.error().kind = ErrorKind::data;
    return Unexpected{std::move(query).error()};
  }
  return server.get(*query);
}

Result<int> get_many(cli::Context& context) {
  Session session = SM_TRY(Session::open(context));
  Lines lines(context.input());
  int status = cli::exit_yes;
  while (const auto line = SM_TRY(lines.next())) {
    const std::string query(trim(line->text));
    if (query.empty() && !line->too_long) continue;
    const Answer answer = answer_to(*line, session.server);
    status = cli::combined_status(status, status_of(answer));
    if (context.json()) {
      SM_TRY(context.print(document(query, answer)));
    } else if (answer && *answer) {
      SM_TRY(context.print(**answer));
    } else {
      context.warn(answer ? absence(query, session.server) : query + ": " + answer.error().message);
    }
    SM_TRY(context.flush());
  }
  return status;
}

}  // namespace

Result<int> get(cli::Context& context) {
  const std::string& argument = context.arguments().front();
  return argument == "-" ? get_many(context) : get_one(context, argument);
}

}  // namespace sm::smvks
