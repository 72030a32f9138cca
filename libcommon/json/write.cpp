// Writing needs nothing of the library that reads, so that a program which only writes does not carry it.

#include <array>
#include <charconv>
#include <cmath>

#include "json/value.hpp"

namespace sm::json {
namespace {

// The length of the well-formed UTF-8 character at the front (RFC 3629 §4), 0 if there is none.
std::size_t character_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = at(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
  const bool surrogate = lead == 0xED && at(1) > 0x9F;
  const bool beyond = lead == 0xF4 && at(1) > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

void write_string(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += '"';
  while (!text.empty()) {
    const char c = text[0];
    const std::size_t length = character_length(text);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      text.remove_prefix(1);
      continue;
    }
    // RFC 8259 §7. DEL and the C1 controls may stand as they are, but a terminal would act on them.
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (octet < 0x20 || octet == 0x7F) {
      out.append("\\u00").append(1, digits[octet >> 4]).append(1, digits[octet & 15]);
    } else if (octet == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0) {
      const auto second = static_cast<unsigned char>(text[1]);
      out.append("\\u00").append(1, digits[second >> 4]).append(1, digits[second & 15]);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  out += '"';
}

template <class Number>
void write_number(std::string& out, Number number) {
  std::array<char, 32> buffer;
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  out.append(buffer.data(), result.ptr);
}

void write_value(std::string& out, const Value& value) {
  if (const bool* boolean = value.boolean()) {
    out += *boolean ? "true" : "false";
  } else if (const auto* integer = value.integer()) {
    write_number(out, *integer);
  } else if (const double* number = value.number(); number && std::isfinite(*number)) {
    write_number(out, *number);
  } else if (const std::string* text = value.string()) {
    write_string(out, *text);
  } else if (const Array* array = value.array()) {
    out += '[';
    for (const Value& element : *array) {
      if (&element != array->data()) out += ',';
      write_value(out, element);
    }
    out += ']';
  } else if (const Object* members = value.object()) {
    out += '{';
    for (const Member& member : *members) {
      if (&member != members->data()) out += ',';
      write_string(out, member.first);
      out += ':';
      write_value(out, member.second);
    }
    out += '}';
  } else {
    out += "null";
  }
}

}  // namespace

std::string write(const Value& value) {
  std::string out;
  write_value(out, value);
  return out;
}

}  // namespace sm::json
