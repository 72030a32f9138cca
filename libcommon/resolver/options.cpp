#include "resolver/options.hpp"

namespace sm {
namespace {

constexpr std::size_t max_jobs = 10'000;

}  // namespace

Result<std::size_t> jobs_of(const cli::Context& context, std::size_t otherwise) {
  const auto jobs = context.number("jobs");
  if (!jobs) return otherwise;
  if (*jobs == 0 || *jobs > max_jobs)
    return fail(ErrorKind::usage, "cli.usage", "--jobs is from 1 to " + std::to_string(max_jobs));
  return static_cast<std::size_t>(*jobs);
}

Result<OpenedResolver> open_resolver(const cli::Context& context, std::size_t window) {
  return open_resolver({.resolver = context.value("resolver"),
                        .dnssec = parse_dnssec_mode(context.value("dnssec").value_or("auto")).value(),
                        .window = window});
}

}  // namespace sm
