#include "pgpmime/payload.hpp"

#include "base/limits.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

int payload_root(const mime::Outline& outline, int part) {
  while (const auto parts = signed_parts(outline, part)) {
    if (!parts->exact) break;
    part = parts->entity;
  }
  return part;
}

Result<std::optional<PayloadHeader>> payload_header(Document& document, const mime::Outline& outline, int part) {
  PayloadHeader result;
  result.root = payload_root(outline, part);
  const mime::Part& root = outline.part(result.root);
  const auto mark = mime::header_mark(root.header.content_type);
  if (!mark) return std::optional<PayloadHeader>();
  result.mark = *mark;
  result.lone_cr = outline.lone_cr;
  result.text = SM_TRY(document.text(root.header_bytes, limits::header_bytes));
  return std::optional(std::move(result));
}

bool from_differs(const mime::Header& outer, const mime::Header& inside) {
  if (!inside.find("From")) return false;
  const std::string address = from_address(inside);
  if (!address.empty()) return address != from_address(outer);
  // Which names nobody or several: then it has to be the very same.
  if (inside.count("From") != 1 || outer.count("From") != 1) return true;
  return mime::unfold(inside.find("From")->body) != mime::unfold(outer.find("From")->body);
}

}  // namespace sm::pgpmime
