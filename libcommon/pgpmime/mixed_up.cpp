#include "pgpmime/mixed_up.hpp"

#include <algorithm>

#include "pgpmime/leaf.hpp"

namespace sm::pgpmime {

namespace {

// Such a message is small in parts: with more it is somebody's own structure.
constexpr std::size_t max_parts = 16;
constexpr int max_depth = 4;

struct Found {
  int version = -1;
  int message = -1;
  bool more = false;  // something that is neither, and shows
  std::size_t parts = 0;
};

Result<void> collect(Document& document, const mime::Outline& outline, int number, int depth, Found& found) {
  const mime::Part& part = outline.part(number);
  if (++found.parts > max_parts || depth > max_depth) found.more = true;
  if (found.more) return {};
  if (part.header.kind == mime::PartKind::multipart) {
    const std::string& type = part.header.content_type.value;
    // A signature is somebody's word on what it covers, and stays.
    if (type != "multipart/mixed" && type != "multipart/encrypted" && type != "multipart/related" &&
        type != "multipart/alternative")
      found.more = true;
    for (const int child : part.children) SM_TRY(collect(document, outline, child, depth + 1, found));
    return {};
  }
  if (part.header.kind != mime::PartKind::leaf) {
    found.more = true;
    return {};
  }
  const Leaf leaf = SM_TRY(look_at(document, part));
  int* place = nullptr;
  // Further down it is a message of its own in somebody's structure.
  if (depth > 1 && leaf.kind != Leaf::Kind::blank) found.more = true;
  if (leaf.kind == Leaf::Kind::version)
    place = &found.version;
  else if (leaf.kind == Leaf::Kind::encrypted)
    place = &found.message;
  if (place && *place < 0)
    *place = number;
  else if (leaf.kind != Leaf::Kind::blank)
    found.more = true;
  return {};
}

}  // namespace

Result<std::optional<EncryptedParts>> mixed_up_parts(Document& document, const mime::Outline& outline, int part) {
  const mime::Part& whole = outline.part(part);
  // What can be seen without reading any body.
  const bool has_version = std::ranges::any_of(outline.parts, [](const mime::Part& each) {
    return each.header.kind == mime::PartKind::leaf && each.header.content_type.value == "application/pgp-encrypted";
  });
  if (whole.header.kind != mime::PartKind::multipart || !has_version || outline.parts.size() > max_parts + max_depth)
    return std::optional<EncryptedParts>();
  Found found;
  SM_TRY(collect(document, outline, part, 0, found));
  if (found.more || found.version < 0 || found.message < 0) return std::optional<EncryptedParts>();
  return std::optional(EncryptedParts{part, found.message});
}

}  // namespace sm::pgpmime
