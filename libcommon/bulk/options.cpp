#include "bulk/options.hpp"

#include <algorithm>

#include "bulk/own_name.hpp"

namespace sm::bulk {

Result<std::optional<net::Address::Family>> family_option(const cli::Context& context) {
  const bool v4 = context.flag("4");
  const bool v6 = context.flag("6");
  if (v4 && v6) return fail(ErrorKind::usage, "cli.usage", "-4 and -6 exclude each other");
  std::optional<net::Address::Family> family;
  if (v4) family = net::Address::Family::v4;
  if (v6) family = net::Address::Family::v6;
  return family;
}

Result<std::string> helo_option(const cli::Context& context) {
  const auto given = context.value("helo");
  if (!given) return own_name();
  const bool fits = !given->empty() && given->size() <= 255 &&
                    std::ranges::all_of(*given, [](char c) { return c > ' ' && c < 0x7F; });
  if (fits) return *given;
  return fail(ErrorKind::usage, "cli.usage", "--helo is a host's name, or an address in brackets");
}

std::chrono::milliseconds duration_option(const cli::Context& context, std::string_view option,
                                          std::chrono::milliseconds otherwise) {
  const auto seconds = context.number(option);
  return seconds ? std::chrono::seconds(*seconds) : otherwise;
}

Result<std::optional<std::chrono::days>> days_option(const cli::Context& context) {
  constexpr std::uint64_t most = 3650;
  const auto days = context.number("days");
  if (!days) return std::optional<std::chrono::days>();
  if (*days > most) return fail(ErrorKind::usage, "cli.usage", "--days is at most 3650");
  return std::optional(std::chrono::days(*days));
}

}  // namespace sm::bulk
