// Hexadecimal (RFC 4648 §8).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace sm {

// The value of a digit of either case, -1 for anything else.
int hex_digit(char c);

std::string hex_lower(std::string_view bytes);
std::string hex_upper(std::string_view bytes);
// Either case; nullopt for an odd length or another character.
std::optional<std::string> hex_decode(std::string_view text);

// The digits of a number as people write it, in groups or not, with "0x" or without: in upper case; empty if something
// else is in it.
std::string hex_digits(std::string_view text);

}  // namespace sm
