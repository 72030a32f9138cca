#include <algorithm>

#include "commands.hpp"
#include "policy_file.hpp"

namespace sm::smmtasts {

Result<int> generate(cli::Context& context) {
  const auto mode = context.value("mode");
  const auto max_age = context.number("max-age");
  if (!mode || !max_age)
    return fail(ErrorKind::usage, "cli.usage", "generate needs --mode and --max-age",
                "as in: --mode testing --mx mail.example.org --max-age 14d");
  // A year, said in days, may be more than a year.
  const auto seconds = static_cast<std::int64_t>(std::min<std::uint64_t>(*max_age, mtasts::max_max_age));
  mtasts::Policy policy{.mode = *mtasts::parse_mode(*mode), .mx = {}, .max_age = seconds};
  for (const std::string& pattern : context.values("mx")) policy.mx.push_back(SM_TRY(parse_pattern(pattern, true)));
  const auto reading = mtasts::read_policy(mtasts::write_policy(policy));
  for (const report::Finding& finding : reading.findings) {
    if (finding.severity == report::Severity::error)
      return fail(ErrorKind::usage, finding.code, finding.message, "give --mx for each of the domain's hosts");
    if (finding.severity == report::Severity::warning) context.warn(finding.message);
  }
  SM_TRY(context.print(mtasts::write_policy(*reading.policy)));
  return 0;
}

}  // namespace sm::smmtasts
