#include "policy_file.hpp"

#include "backend/idn/idn.hpp"
#include "io/descriptor.hpp"

namespace sm::smmtasts {

Result<mtasts::Reading> read_policy_file(const cli::Context& context, const std::string& path) {
  Descriptor file;
  if (path != "-") file = SM_TRY(open_input(path));
  DescriptorSource source(path == "-" ? context.input() : file.get());
  return mtasts::read_policy(SM_TRY(beginning(source, mtasts::max_policy + 1)));
}

json::Value to_json(const mtasts::Policy& policy) {
  json::Array patterns;
  for (const std::string& pattern : policy.mx) patterns.push_back(pattern);
  return json::object(
      {{"mode", mtasts::name_of(policy.mode)}, {"mx", std::move(patterns)}, {"max-age", policy.max_age}});
}

Result<std::string> parse_pattern(std::string_view text, bool star) {
  const std::string_view prefix = text.starts_with("*.") ? text.substr(0, 2) : "";
  auto name = dns::host_name(text.substr(prefix.size()), idn::to_ascii);
  if (!name) {
    name.error().kind = ErrorKind::usage;
    return Unexpected{std::move(name).error()};
  }
  std::string pattern = std::string(prefix).append(name->text());
  if (star ? mtasts::is_pattern(pattern) : !name->is_root() && mtasts::is_of_a_host(pattern)) return pattern;
  return fail(ErrorKind::usage, "smmtasts.host", "\"" + std::string(text) + "\" is no host's name");
}

}  // namespace sm::smmtasts
