#include <algorithm>

#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "policy_file.hpp"
#include "text/printable.hpp"

namespace sm::smmtasts {

Result<int> match(cli::Context& context) {
  const std::string& path = context.arguments()[0];
  const std::string host = SM_TRY(parse_pattern(context.arguments()[1], false));
  const auto reading = SM_TRY(read_policy_file(context, path));
  if (!reading.policy) {
    const auto reason = std::ranges::find(reading.findings, report::Severity::error, &report::Finding::severity);
    return fail(ErrorKind::data, "smmtasts.policy", path + " has no valid policy: " + reason->message,
                "smmtasts lint says all that is wrong");
  }
  // In mode none there is nothing that a host could fail (RFC 8461 §5).
  const bool any = reading.policy->mode == mtasts::Mode::none;
  const bool fits = mtasts::matches(*reading.policy, host);
  const int status = any ? cli::exit_absent : fits ? cli::exit_yes : cli::exit_no;
  const std::string_view result = any ? "none" : fits ? "match" : "no-match";
  if (context.json()) {
    SM_TRY(context.print(json_line(
        "smmtasts.match/1",
        json::object({{"host", host}, {"mode", mtasts::name_of(reading.policy->mode)}, {"result", result}}))));
    return status;
  }
  SM_TRY(context.print(std::string(result).append(" ").append(host).append("\n")));
  return status;
}

}  // namespace sm::smmtasts
