// Values with parameters, and transfer encodings: what RFC 2045 §5.1, §6.1 and RFC 2231 say of fields.

#include <algorithm>
#include <map>
#include <optional>

#include "mime/charset.hpp"
#include "mime/header.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::mime {
namespace {

constexpr std::size_t max_parameters = 1'000;

bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

// RFC 2045 §5.1: any ASCII character except SPACE, CTLs and tspecials.
bool is_token(char c) {
  return c > ' ' && c < 0x7F && !contains("()<>@,;:\\\"/[]?=", c);
}

// Position in a structured field, which is unfolded.
struct Scanner {
  std::string_view text;
  std::size_t at = 0;
  bool damaged = false;

  bool end() const { return at == text.size(); }
  bool next_is(char c) const { return !end() && text[at] == c; }

  void skip_comments() {
    while (!end()) {
      if (is_space(text[at])) {
        ++at;
      } else if (text[at] == '(') {
        const std::size_t close = comment_end(text, at);
        if (close == std::string_view::npos) damaged = true;
        at = std::min(close, text.size());
      } else {
        return;
      }
    }
  }

  std::string_view token() {
    const std::size_t begin = at;
    while (!end() && is_token(text[at])) ++at;
    return text.substr(begin, at - begin);
  }

  // To the next ";" outside quoted strings and comments.
  void skip_part() {
    damaged = true;
    for (skip_comments(); !end() && text[at] != ';'; skip_comments()) {
      if (text[at] == '"') {
        std::string ignored;
        at = std::min(quoted_string_end(text, at, ignored), text.size());
      } else {
        ++at;
      }
    }
  }

  std::string parameter_value() {
    if (next_is('"')) {
      std::string content;
      const std::size_t close = quoted_string_end(text, at, content);
      if (close == std::string_view::npos) damaged = true;
      at = std::min(close, text.size());
      return content;
    }
    const std::size_t begin = at;
    while (!end() && text[at] != ';' && text[at] != '(' && !is_space(text[at])) {
      if (!is_token(text[at])) damaged = true;
      ++at;
    }
    if (at == begin) damaged = true;
    return std::string(text.substr(begin, at - begin));
  }
};

// A parameter's name (RFC 2231 §3, §4): name, name*, name*N, name*N*.
struct ParameterName {
  std::string base;
  std::optional<unsigned> section;
  bool extended = false;
};

ParameterName parse_parameter_name(std::string_view written) {
  ParameterName name;
  std::string_view base = written;
  if (base.ends_with('*')) {
    name.extended = true;
    base.remove_suffix(1);
  }
  const std::size_t star = base.rfind('*');
  if (star != std::string_view::npos) {
    const std::string_view digits = base.substr(star + 1);
    const bool number = !digits.empty() && digits.size() <= 4 && std::ranges::all_of(digits, is_digit) &&
                        (digits.size() == 1 || digits[0] != '0');
    if (!number) return {lower(written), std::nullopt, false};
    unsigned section = 0;
    for (const char c : digits) section = section * 10 + static_cast<unsigned>(c - '0');
    name.section = section;
    base = base.substr(0, star);
  }
  if (base.empty()) return {lower(written), std::nullopt, false};
  name.base = lower(base);
  return name;
}

struct Piece {
  std::string text;
  bool extended = false;
};

// All that was written under one name.
struct Slot {
  std::string name;
  bool continued = false;
  std::map<unsigned, Piece> pieces;  // a parameter that is not continued has the one piece 0
};

std::string percent_decode(std::string_view text, bool& damaged) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
    } else if (i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else {
      damaged = true;
      out += '%';
    }
  }
  return out;
}

// RFC 2231 §4.1: only the first section names the charset; it holds for all that are extended.
std::optional<std::string> join(const Slot& slot, Charsets& charsets, bool& damaged) {
  std::string value;
  std::string run;  // bytes of neighbouring extended pieces: a character may be split between two
  std::string charset;
  const auto end_run = [&] {
    value += charsets.to_utf8(charset, run).value_or(run);
    run.clear();
  };
  unsigned expected = 0;
  for (const auto& [section, piece] : slot.pieces) {
    if (section != expected) break;
    ++expected;
    std::string_view text = piece.text;
    if (!piece.extended) {
      end_run();
      value += text;
      continue;
    }
    if (section == 0) {
      const std::size_t first = text.find('\'');
      const std::size_t second = first == std::string_view::npos ? first : text.find('\'', first + 1);
      if (second == std::string_view::npos) {
        damaged = true;
      } else {
        charset = text.substr(0, first);
        text.remove_prefix(second + 1);
      }
    }
    run += percent_decode(text, damaged);
  }
  end_run();
  if (expected != slot.pieces.size()) damaged = true;
  if (expected == 0) return std::nullopt;
  return value;
}

// The value before the parameters, in lower case; empty if it is malformed.
std::string skip_value(Scanner& in) {
  in.skip_comments();
  std::string value = lower(in.token());
  std::size_t value_end = in.at;
  bool malformed = value.empty();
  in.skip_comments();
  if (in.next_is('/')) {
    ++in.at;
    in.skip_comments();
    const std::string_view subtype = in.token();
    value_end = in.at;
    malformed |= subtype.empty();
    value += '/';
    value += lower(subtype);
  }
  const bool glued = value_end < in.text.size() && !is_space(in.text[value_end]) && !contains(";(", in.text[value_end]);
  if (malformed || glued) {
    in.skip_part();
    return {};
  }
  in.skip_comments();
  if (!in.end() && !in.next_is(';')) in.damaged = true;
  return value;
}

}  // namespace

const std::string* Parameterized::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(parameters, [&](const auto& entry) { return equal_ignoring_case(entry.first, name); });
  return found == parameters.end() ? nullptr : &found->second;
}

Parameterized parse_parameterized(std::string_view body) {
  const std::string text = unfold(body);
  Scanner in{text};
  Parameterized result;
  result.value = skip_value(in);

  std::vector<Slot> slots;
  std::map<std::string, std::size_t, std::less<>> index;
  for (std::size_t count = 0;;) {
    in.skip_comments();
    if (in.end()) break;
    if (in.next_is(';')) {
      ++in.at;
      continue;
    }
    const std::string_view written = in.token();
    in.skip_comments();
    if (written.empty()) {
      in.skip_part();
      continue;
    }
    if (!in.next_is('=')) {
      in.damaged = true;
      continue;
    }
    ++in.at;
    in.skip_comments();
    Piece piece{in.parameter_value(), false};
    in.skip_comments();
    if (!in.end() && !in.next_is(';')) in.damaged = true;
    if (++count > max_parameters) {
      in.damaged = true;
      break;
    }
    const ParameterName name = parse_parameter_name(written);
    piece.extended = name.extended;
    const auto [entry, fresh] = index.try_emplace(name.base, slots.size());
    if (fresh) slots.push_back({name.base, name.section.has_value(), {}});
    Slot& slot = slots[entry->second];
    const bool more = slot.continued && name.section.has_value();
    if ((!fresh && !more) || !slot.pieces.try_emplace(name.section.value_or(0), std::move(piece)).second) {
      result.repeated = true;
    }
  }

  Charsets charsets;
  for (Slot& slot : slots) {
    if (auto joined = join(slot, charsets, in.damaged)) {
      result.parameters.emplace_back(std::move(slot.name), std::move(*joined));
    }
  }
  result.damaged = in.damaged;
  return result;
}

Parameterized parse_content_type(std::string_view body) {
  Parameterized result = parse_parameterized(body);
  if (!contains(result.value, '/')) {
    result.value.clear();
    result.damaged = true;
  }
  return result;
}

std::string extended_value(std::string_view text) {
  std::string out = "utf-8''";
  for (const char c : text) {
    if (is_alpha(c) || is_digit(c) || contains(".-_", c))
      out += c;
    else
      out.append("%").append(hex_upper({&c, 1}));
  }
  return out;
}

std::string without_parameters(std::string_view body, std::initializer_list<std::string_view> names) {
  std::string out;
  std::size_t kept = 0;  // of `body`, in `out`
  Scanner in{body};
  skip_value(in);
  while (!in.end()) {
    std::size_t begin = in.at;
    while (begin > 0 && is_space(body[begin - 1])) --begin;
    if (in.next_is(';')) ++in.at;
    in.skip_comments();
    const std::string_view written = in.token();
    in.skip_comments();
    if (in.next_is('=') && !written.empty()) {
      ++in.at;
      in.skip_comments();
      in.parameter_value();
      const std::string name = parse_parameter_name(written).base;
      if (std::ranges::find(names, name) != names.end()) {
        out += body.substr(kept, begin - kept);
        kept = in.at;
        // What was glued to it must not be glued to what stands before it.
        if (!in.end() && !is_space(body[kept]) && !contains(";(", body[kept])) out += ';';
      }
      in.skip_comments();
    } else if (written.empty() && !in.next_is(';')) {
      in.skip_part();
    }
  }
  return out.append(body.substr(kept));
}

std::string with_parameters(const std::string& field, std::string_view parameters) {
  const std::size_t colon = field.find(':');
  const Parameterized before = parse_content_type(std::string_view(field).substr(colon + 1));
  std::string out = field.substr(0, field.find_last_not_of("\r\n") + 1);
  while (out.size() > colon + 1 && (out.back() == ';' || is_space(out.back()))) out.pop_back();
  out.append(";\r\n ").append(parameters);
  const Parameterized after = parse_content_type(std::string_view(out).substr(colon + 1));
  const Parameterized added = parse_parameterized("x; " + std::string(parameters));
  const auto holds = [&after](const auto& entry) {
    const std::string* const value = after.find(entry.first);
    return value && *value == entry.second;
  };
  if (std::ranges::all_of(before.parameters, holds) && std::ranges::all_of(added.parameters, holds)) {
    return out.append("\r\n");
  }
  out = field.substr(0, colon) + ": " + (before.value.empty() ? std::string("text/plain") : before.value);
  for (const auto& [name, value] : before.parameters) {
    if (added.find(name) != nullptr) continue;
    out.append(";\r\n ").append(name);
    if (std::ranges::all_of(value, [](char c) { return c >= ' ' && c < 0x7F; })) {
      out += "=\"";
      for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
      }
      out += '"';
    } else {
      out.append("*=").append(extended_value(value));
    }
  }
  return out.append(";\r\n ").append(parameters).append("\r\n");
}

Encoding parse_encoding(std::string_view body) {
  const std::string text = unfold(body);
  Scanner in{text};
  in.skip_comments();
  const std::string name = lower(in.token());
  in.skip_comments();
  if (!in.end() && !in.next_is(';')) return Encoding::unknown;
  if (name.empty() || name == "7bit" || name == "8bit") return Encoding::identity;
  if (name == "binary") return Encoding::binary;
  if (name == "quoted-printable") return Encoding::quoted_printable;
  if (name == "base64") return Encoding::base64;
  return Encoding::unknown;
}

}  // namespace sm::mime
