// Legacy display: a copy of the hidden header fields in the text of an encrypted message, for programs that can't
// restore them (RFC 9788 §4.5.3, and the part of its own that the older draft had). A program that restores the fields
// hides it.
#pragma once

#include <optional>
#include <vector>

#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::mime {

// Whether the first of several parts in the multipart/mixed `root` is nothing but a legacy display by the older draft:
// text with protected-headers="v1" of its own.
bool has_legacy_display_part(const Outline& outline, int root);

// The leaves in which `root`, the payload, may show one: its main body parts that say hp-legacy-display="1" (§4.5.3):
// `root` itself, the first child of multipart/mixed and related, all of alternative.
std::vector<int> legacy_display_leaves(const Outline& outline, int root);

// Where it lies in such a leaf, given the beginning of its text without transfer encoding: in text/plain to the end of
// the first blank line (§5.2.1), if all before it are fields that `inside`, the header of the payload's root, has as
// well; in text/html the div of class header-protection-legacy-display (§5.2.2).
std::optional<Extent> find_legacy_display(std::string_view text, bool html, const Header& inside);
inline constexpr std::size_t legacy_display_limit = 64 * 1024;  // bytes in which it must end

}  // namespace sm::mime
