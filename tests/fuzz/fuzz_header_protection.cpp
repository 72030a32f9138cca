// Header protection: the input is a header outside, a NUL, a header inside. What only the receiver's side writes never
// comes from inside, marks can be put on and taken off again, and a legacy display lies within its text.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mime/header_protection.hpp"
#include "mime/legacy_display.hpp"
#include "text/ascii.hpp"

namespace {

using namespace sm::mime;

void require(bool holds) {
  if (!holds) std::abort();
}

std::size_t transport_fields(const Header& header) {
  return static_cast<std::size_t>(std::ranges::count_if(header.fields, is_of_transport));
}

void marks(std::string_view content) {
  const auto before = parse_content_type(content);
  const std::string field = "Content-Type:" + std::string(content) + "\r\n";
  if (parse_header(field).fields.size() != 1 || content.find('\0') != content.npos) return;
  for (const Protection protection : {Protection::clear, Protection::cipher}) {
    const std::string marked = marked_header(field, protection);
    const auto header = parse_header(marked);
    require(header.fields.size() == 1 && header.strays == 0);
    const auto after = parse_content_type(header.fields[0].body);
    const auto mark = header_mark(after);
    require(mark && mark->protection == protection && !mark->older);
    if (!before.value.empty()) require(after.value == before.value);
    for (const auto& [name, value] : before.parameters) {
      if (name == "hp" || name == "protected-headers" || name == "hp-legacy-display" || before.damaged) continue;
      const std::string* const kept = after.find(name);
      require(kept && *kept == value);
    }
    require(!header_mark(parse_content_type(unmarked(header.fields[0].body))) || before.damaged || after.damaged);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t middle = std::min(input.find('\0'), input.size());
  const std::string_view outside = input.substr(0, middle);
  const std::string_view inside = input.substr(std::min(middle + 1, input.size()));
  for (const bool lone_cr : {false, true}) {
    const Header outer = parse_header(outside, lone_cr);
    const Header inner = parse_header(inside, lone_cr);
    for (const HeaderMark mark : {HeaderMark{Protection::cipher, false}, HeaderMark{Protection::none, true}}) {
      const std::string text = restored_header(outer, inner, mark, true, sm::Eol::crlf, lone_cr);
      const Header restored = parse_header(text, lone_cr);
      require(transport_fields(restored) <= transport_fields(outer));
      require(restored.count("From") <= outer.count("From"));
      require(restored.count("HP-Outer") <= outer.count("HP-Outer"));
    }
    altered_fields(outer, inner);

    const std::string hidden = obscured_header(outer, "\r\n");
    const Header shown = parse_header(hidden, lone_cr);
    require(shown.count("Subject") <= 1 && shown.count("Keywords") == 0 && shown.count("Comments") == 0);
    for (const bool seven_bit : {false, true}) {
      const auto fields = protected_fields(outer, shown, Protection::cipher, seven_bit, lone_cr);
      const Header copies = parse_header(fields.text);
      require(copies.strays == 0 && copies.count("Bcc") == 0 && copies.count("Resent-Bcc") == 0);
      require(transport_fields(copies) == 0);
    }
    if (const Field* const type = outer.find("Content-Type")) marks(type->body);
  }
  for (const bool html : {false, true}) {
    if (const auto extent = find_legacy_display(input, html, parse_header(outside)))
      require(extent->begin < extent->end && extent->end <= size);
  }
  return 0;
}
