// The tokens of zone text (RFC 1035 §5.1), which presentation forms are made of too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm::dns {

struct Token {
  std::string_view text;  // without the quotes; escapes as they stand
  bool quoted = false;
};

// One entry of zone text: a line, or several in parentheses.
struct ZoneLine {
  std::vector<Token> tokens;  // views into the text
  bool begins_blank = false;  // with white space: the owner is the last one
  std::size_t number = 0;     // of its first line, from 1
};

enum class LineState { line, end, malformed };

// Takes the next entry that has a token off `text`, `number` lines of which have been taken before. Malformed: a quote
// or a parenthesis left open, or closed twice; a NUL.
LineState next_line(std::string_view& text, std::size_t& number, ZoneLine& line);

// What a token stands for as a <character-string>: "\DDD" and "\." undone. nullopt: a bad escape.
std::optional<std::string> unescape(std::string_view token);
// In quotes, with what they can't hold escaped; printable ASCII.
std::string quote(std::string_view bytes);
// Digits only, at most `max`.
std::optional<std::uint32_t> decimal(std::string_view token, std::uint32_t max);

}  // namespace sm::dns
