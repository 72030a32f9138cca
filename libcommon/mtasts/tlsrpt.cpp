#include "mtasts/tlsrpt.hpp"

#include <algorithm>

#include "mtasts/fields.hpp"
#include "mtasts/record.hpp"
#include "text/ascii.hpp"

namespace sm::mtasts {
namespace {

constexpr std::string_view version = "v=TLSRPTv1;";

Unexpected refuse(std::string why) {
  return fail(ErrorKind::data, "mtasts.tlsrpt", std::move(why), R"(as in "v=TLSRPTv1; rua=mailto:tls@example.org")");
}

// Commas, exclamation marks and semicolons in a URI are percent-encoded (RFC 8460 §3).
Result<Reporting> parse_uris(std::string_view list) {
  Reporting reporting;
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view uri = without_blanks(list.substr(0, comma));
    const bool known = starts_with_ignoring_case(uri, "mailto:") || starts_with_ignoring_case(uri, "https:");
    if (!known || !std::ranges::all_of(uri, [](char c) { return c > ' ' && c < 0x7F && c != '!'; }))
      return refuse("\"" + std::string(uri) + "\" is no URI of mailto: or https:");
    reporting.to.emplace_back(uri);
    if (comma == std::string_view::npos) return reporting;
    list.remove_prefix(comma + 1);
  }
}

Result<Reporting> parse(std::string_view text) {
  if (text.size() > max_record) return refuse("the record is too long");
  std::optional<Reporting> reporting;
  for (std::string_view rest = text.substr(version.size()); !rest.empty();) {
    const std::size_t end = std::min(rest.find(';'), rest.size());
    const std::string_view field = without_blanks(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (field.empty() && rest.empty()) break;
    const std::size_t equals = field.find('=');
    if (equals == std::string_view::npos) return refuse("a field has no \"=\"");
    if (without_blanks(field.substr(0, equals)) == "rua" && !reporting)
      reporting = SM_TRY(parse_uris(field.substr(equals + 1)));
  }
  if (!reporting) return refuse("the record has no rua");
  return *std::move(reporting);
}

}  // namespace

Result<std::optional<Reporting>> pick_reporting(const std::vector<std::string>& texts) {
  const auto counts = [](std::string_view text) { return text.starts_with(version); };
  const auto count = std::ranges::count_if(texts, counts);
  if (count == 0) return std::optional<Reporting>();
  if (count > 1) return refuse(std::to_string(count) + " records begin with \"v=TLSRPTv1;\"");
  return std::optional(SM_TRY(parse(*std::ranges::find_if(texts, counts))));
}

}  // namespace sm::mtasts
