// PGP/MIME that was taken apart: what is found is one leaf of an outline, all else in it shows nothing, and what may
// not be encrypted by its beginning is not encrypted.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pgpmime/encrypted.hpp"
#include "pgpmime/leaf.hpp"
#include "pgpmime/mixed_up.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sm::pgpmime::Leaf;
  const std::string input(reinterpret_cast<const char*>(data), size);
  sm::Document document = sm::Document::from_string(input);
  const auto outline = sm::mime::scan(document);
  if (!outline) return 0;

  const auto found = sm::pgpmime::mixed_up_parts(document, *outline, 0);
  require(found.has_value());
  if (*found) {
    std::size_t versions = 0;
    for (std::size_t i = 0; i < outline->parts.size(); ++i) {
      const auto& part = outline->parts[i];
      require(part.header.kind != sm::mime::PartKind::message);
      if (part.header.kind != sm::mime::PartKind::leaf) continue;
      const auto leaf = sm::pgpmime::look_at(document, part);
      require(leaf.has_value());
      versions += leaf->kind == Leaf::Kind::version;
      if (static_cast<int>(i) == (*found)->message)
        require(leaf->kind == Leaf::Kind::encrypted);
      else
        require(leaf->kind == Leaf::Kind::version || leaf->kind == Leaf::Kind::blank);
    }
    require(versions == 1);
    const auto claims = sm::pgpmime::claims_encryption(document, *outline);
    require(claims.has_value());
  }
  const auto encrypted = sm::pgpmime::is_encrypted(document, *outline);
  require(encrypted.has_value());
  if (!*encrypted) return 0;
  const std::uint64_t header = outline->parts.front().body.begin;
  const auto may =
      sm::pgpmime::may_be_encrypted(std::string_view(input).substr(0, std::max<std::size_t>(header, size - size / 3)));
  require(may && *may);
  return 0;
}
