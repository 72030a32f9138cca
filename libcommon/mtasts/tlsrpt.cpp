#include "mtasts/tlsrpt.hpp"

#include <algorithm>

#include "mtasts/fields.hpp"
#include "mtasts/record.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::mtasts {
namespace {

constexpr std::string_view version = "v=TLSRPTv1;";

Unexpected refuse(std::string why) {
  return fail(ErrorKind::data, "mtasts.tlsrpt", std::move(why), R"(as in "v=TLSRPTv1; rua=mailto:tls@example.org")");
}

// RFC 3986 §2, but for the comma, the exclamation mark and the semicolon, which are percent-encoded here (RFC 8460 §3).
bool has_uri_characters(std::string_view uri) {
  constexpr std::string_view others = "-._~:/?#[]@$&'()*+=";
  for (std::size_t i = 0; i < uri.size(); ++i) {
    const char c = uri[i];
    if (is_alpha(c) || is_digit(c) || others.find(c) != std::string_view::npos) continue;
    if (c != '%' || uri.size() - i < 3 || hex_digit(uri[i + 1]) < 0 || hex_digit(uri[i + 2]) < 0) return false;
  }
  return true;
}

// What a report can be sent to: an address, or a host.
bool is_known_uri(std::string_view uri) {
  constexpr std::string_view mail = "mailto:";
  constexpr std::string_view web = "https://";
  if (!has_uri_characters(uri)) return false;
  if (starts_with_ignoring_case(uri, mail)) return uri.find('@', mail.size() + 1) != std::string_view::npos;
  return starts_with_ignoring_case(uri, web) && uri.size() > web.size() && uri[web.size()] != '/';
}

Result<Reporting> parse_uris(std::string_view list) {
  Reporting reporting;
  if (is_blank(list.empty() ? ' ' : list.front())) return refuse("nothing, or white space, follows \"rua=\"");
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view uri = without_blanks(list.substr(0, comma));
    if (!is_known_uri(uri)) return refuse("\"" + std::string(uri) + "\" is no URI of mailto: or https:");
    reporting.to.emplace_back(uri);
    if (comma == std::string_view::npos) return reporting;
    list.remove_prefix(comma + 1);
  }
}

Result<Reporting> parse(std::string_view text) {
  if (text.size() > max_record) return refuse("the record is too long");
  const Fields read = read_fields(text.substr(version.size()));
  if (!read.wrong.empty()) return refuse(read.wrong);
  std::optional<Reporting> reporting;
  for (const auto& [name, value] : read.fields) {
    if (name == "rua") {
      auto uris = SM_TRY(parse_uris(value));
      if (!reporting) reporting = std::move(uris);
    } else if (!is_extension_value(value)) {
      return refuse("a field has a value that none can have");
    }
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
