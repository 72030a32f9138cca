#include "mime/legacy_display.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace sm::mime {
namespace {

bool says(const Part& part, std::string_view name, std::string_view value) {
  const std::string* const found = part.header.content_type.find(name);
  return found && equal_ignoring_case(*found, value);
}

constexpr std::size_t most_leaves = 16;

void add_leaves(const Outline& outline, int number, std::vector<int>& leaves) {
  if (leaves.size() == most_leaves) return;
  const Part& part = outline.part(number);
  const std::string& type = part.header.content_type.value;
  if (part.header.kind == PartKind::leaf) {
    if ((type == "text/plain" || type == "text/html") && says(part, "hp-legacy-display", "1")) leaves.push_back(number);
  } else if (part.header.kind == PartKind::multipart && !part.children.empty()) {
    if (type == "multipart/alternative") {
      for (const int child : part.children) add_leaves(outline, child, leaves);
    } else if (type == "multipart/mixed" || type == "multipart/related") {
      add_leaves(outline, part.children.front(), leaves);
    }
  }
}

// Whether `lines` show fields of `inside`: text that only looks like a header must not be lost.
bool shows_fields(std::string_view lines, const Header& inside) {
  constexpr std::size_t most = 32;
  const Header shown = parse_header(lines);
  return !shown.fields.empty() && shown.fields.size() <= most &&
         std::ranges::all_of(shown.fields, [&](const Field& field) {
           return !field.name.empty() && std::ranges::any_of(inside.fields, [&](const Field& other) {
             return other.is(field.name) && display_text(unfold(other.body)) == display_text(unfold(field.body));
           });
         });
}

std::optional<Extent> find_in_text(std::string_view text, const Header& inside) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) return std::nullopt;
    if (trim(text.substr(begin, end - begin)).empty()) {
      return shows_fields(text.substr(0, begin), inside) ? std::optional(Extent{0, end + 1}) : std::nullopt;
    }
    begin = end + 1;
  }
  return std::nullopt;
}

// A `div` holds no other here: the class comes with a `pre` alone.
std::optional<Extent> find_in_html(std::string_view text) {
  constexpr std::size_t longest_tag = 256;
  const std::string small = lower(text);
  for (std::size_t begin = small.find("<div"); begin != std::string::npos; begin = small.find("<div", begin + 1)) {
    const std::size_t close = std::string_view(small).substr(0, begin + longest_tag).find('>', begin);
    if (close == std::string::npos) continue;
    const std::string_view tag = std::string_view(small).substr(begin, close - begin);
    if (tag.find("header-protection-legacy-display") == std::string_view::npos) continue;
    const std::size_t end = small.find("</div>", close);
    if (end == std::string::npos || small.find("<div", close) < end) return std::nullopt;
    return Extent{begin, end + 6};
  }
  return std::nullopt;
}

}  // namespace

bool has_legacy_display_part(const Outline& outline, int root) {
  const Part& whole = outline.part(root);
  if (whole.header.kind != PartKind::multipart || whole.header.content_type.value != "multipart/mixed" ||
      whole.children.size() < 2 || whole.cut) {
    return false;
  }
  const Part& first = outline.part(whole.children.front());
  const std::string& type = first.header.content_type.value;
  return (type == "text/plain" || type == "text/rfc822-headers") && says(first, "protected-headers", "v1");
}

std::vector<int> legacy_display_leaves(const Outline& outline, int root) {
  std::vector<int> leaves;
  add_leaves(outline, root, leaves);
  return leaves;
}

std::optional<Extent> find_legacy_display(std::string_view text, bool html, const Header& inside) {
  return html ? find_in_html(text) : find_in_text(text, inside);
}

}  // namespace sm::mime
