#include "cli/exit.hpp"
#include "commands.hpp"
#include "json/line.hpp"
#include "policy_file.hpp"
#include "report/finding.hpp"

namespace sm::smmtasts {
namespace {

std::string text_of(const mtasts::Policy& policy) {
  std::string text = "valid: ";
  text.append(mtasts::name_of(policy.mode)).append(" for ").append(std::to_string(policy.max_age)).append(" s");
  for (const std::string& pattern : policy.mx) text.append(" ").append(pattern);
  return text.append("\n");
}

}  // namespace

Result<int> lint(cli::Context& context) {
  const auto& arguments = context.arguments();
  const auto reading = SM_TRY(read_policy_file(context, arguments.empty() ? "-" : arguments.front()));
  const int status = reading.policy ? cli::exit_yes : cli::exit_no;
  if (context.json()) {
    SM_TRY(context.print(
        json_line("smmtasts.lint/1", json::object({{"valid", reading.policy.has_value()},
                                                   {"policy", reading.policy ? to_json(*reading.policy) : nullptr},
                                                   {"findings", report::to_json(reading.findings)}}))));
    return status;
  }
  SM_TRY(context.print(reading.policy ? text_of(*reading.policy) : "not valid\n"));
  SM_TRY(context.print(report::text(reading.findings, context.color())));
  return status;
}

}  // namespace sm::smmtasts
