// What may reach a terminal, a log or a status line.
#pragma once

#include <string>
#include <string_view>

namespace sm {

// Untrusted text made safe to show on one line: valid UTF-8 stays; controls (C0, DEL, C1, line and paragraph
// separators), bidirectional controls and bytes that are not UTF-8 become \xNN of each byte; a backslash is doubled.
std::string printable(std::string_view text);

// Whether `text` is well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

// A value of a status line: everything but ASCII letters, digits and -._@:/+ as %NN of each byte (RFC 3986 §2.1).
std::string percent_escape(std::string_view text);

}  // namespace sm
