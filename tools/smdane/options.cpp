#include "options.hpp"

namespace sm::smdane {

Result<std::optional<net::Address::Family>> family_option(const cli::Context& context) {
  const bool v4 = context.flag("4");
  const bool v6 = context.flag("6");
  if (v4 && v6) return fail(ErrorKind::usage, "cli.usage", "-4 and -6 exclude each other");
  std::optional<net::Address::Family> family;
  if (v4) family = net::Address::Family::v4;
  if (v6) family = net::Address::Family::v6;
  return family;
}

}  // namespace sm::smdane
