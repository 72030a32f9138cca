#include "mime/header.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <map>
#include <optional>

#include "base/handle.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/hex.hpp"
#include "text/printable.hpp"

namespace sm::mime {
namespace {

constexpr std::size_t max_parameters = 1'000;
constexpr std::size_t fold_column = 76;

bool contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

// ---- charsets

// Bytes of a named charset as UTF-8. Opening one may load a module, so the last stays open and an attacker gets only so
// many.
class Charsets {
 public:
  // nullopt: unknown charset, or bytes that are none of its text.
  std::optional<std::string> to_utf8(std::string_view charset, std::string_view bytes) {
    const std::string name = lower(charset);
    if (name == "utf-8" || name == "utf8") return is_utf8(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
    if (name == "us-ascii" || name == "ascii") {
      if (std::ranges::any_of(bytes, [](char c) { return (c & 0x80) != 0; })) return std::nullopt;
      return std::string(bytes);
    }
    if (name == "iso-8859-1") return from_latin1(bytes);
    if (!open(name)) return std::nullopt;
    return convert(bytes);
  }

 private:
  static constexpr int max_opened = 16;
  static constexpr std::size_t max_name = 40;

  static std::string from_latin1(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
      const auto value = static_cast<unsigned char>(c);
      if (value < 0x80) {
        out += c;
      } else {
        out += static_cast<char>(0xC0 | value >> 6);
        out += static_cast<char>(0x80 | (value & 0x3F));
      }
    }
    return out;
  }

  bool open(const std::string& name) {
    if (name == name_) return static_cast<bool>(handle_);
    // A "/" would begin iconv's own options ("//TRANSLIT"); the empty name is the locale's charset.
    const auto plain = [](char c) { return is_alpha(c) || is_digit(c) || contains("-_.:+", c); };
    if (name.empty() || name.size() > max_name || !std::ranges::all_of(name, plain) || opened_ == max_opened)
      return false;
    ++opened_;
    name_ = name;
    handle_.reset();
    const iconv_t opened = iconv_open("UTF-8", name.c_str());
    if (reinterpret_cast<std::intptr_t>(opened) != -1) handle_.reset(opened);
    return static_cast<bool>(handle_);
  }

  std::optional<std::string> convert(std::string_view bytes) {
    iconv(handle_.get(), nullptr, nullptr, nullptr, nullptr);
    std::string out;
    std::array<char, 1024> buffer;
    char* in = const_cast<char*>(bytes.data());  // iconv(3) does not write through it
    std::size_t in_left = bytes.size();
    for (bool flushing = false;;) {
      char* to = buffer.data();
      std::size_t to_left = buffer.size();
      const std::size_t result = flushing ? iconv(handle_.get(), nullptr, nullptr, &to, &to_left)
                                          : iconv(handle_.get(), &in, &in_left, &to, &to_left);
      const bool full = result == static_cast<std::size_t>(-1) && errno == E2BIG;
      if (result == static_cast<std::size_t>(-1) && !full) return std::nullopt;
      out.append(buffer.data(), buffer.size() - to_left);
      if (full) continue;
      if (flushing) break;
      flushing = true;
    }
    if (!is_utf8(out)) return std::nullopt;
    return out;
  }

  Handle<void, iconv_close> handle_;
  std::string name_;
  int opened_ = 0;
};

// ---- parameters

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

// ---- encoded words

// RFC 2047 §2: "=?" charset "?" encoding "?" text "?=".
struct EncodedWord {
  std::string_view raw;
  std::string charset;
  std::string bytes;
};

std::optional<std::string> decode_b(std::string_view text) {
  while (text.ends_with('=') || (!text.empty() && is_space(text.back()))) text.remove_suffix(1);
  std::string bytes;
  Base64Decoder decoder;
  decoder.put(text, bytes);
  // The padding that many leave out (or write too much of).
  const auto digits = std::ranges::count_if(text, [](char c) { return !is_space(c); });
  if (digits % 4 > 1) decoder.put(digits % 4 == 2 ? "==" : "=", bytes);
  decoder.finish(bytes);
  if (decoder.damaged()) return std::nullopt;
  return bytes;
}

std::string decode_q(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
      bytes += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    } else {
      bytes += text[i] == '_' ? ' ' : text[i];
    }
  }
  return bytes;
}

// The encoded word that `text` begins with.
std::optional<EncodedWord> encoded_word(std::string_view text) {
  if (!text.starts_with("=?")) return std::nullopt;
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end == 2) return std::nullopt;
  if (charset_end + 2 >= text.size() || text[charset_end + 2] != '?') return std::nullopt;
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find('?', begin);
  if (end == std::string_view::npos || end + 1 >= text.size() || text[end + 1] != '=') return std::nullopt;

  const std::string_view charset = text.substr(2, charset_end - 2);
  if (std::ranges::any_of(charset, is_space)) return std::nullopt;
  EncodedWord word;
  word.raw = text.substr(0, end + 2);
  word.charset = lower(charset.substr(0, charset.find('*')));  // RFC 2231 §5: a language may follow
  const std::string_view encoded = text.substr(begin, end - begin);
  switch (to_lower(text[charset_end + 1])) {
    case 'b': {
      std::optional<std::string> bytes = decode_b(encoded);
      if (!bytes) return std::nullopt;
      word.bytes = std::move(*bytes);
      return word;
    }
    case 'q':
      word.bytes = decode_q(encoded);
      return word;
    default:
      return std::nullopt;
  }
}

// Neighbouring words of one charset: a character may be split between two (RFC 2047 §5 forbids it, many do it).
// `gaps[i]` is the white space before word i, shown only if one of its neighbours could not be decoded.
void show_words(const std::vector<EncodedWord>& words, const std::vector<std::string_view>& gaps, Charsets& charsets,
                std::string& out) {
  bool before_decoded = true;
  for (std::size_t begin = 0; begin < words.size();) {
    std::size_t end = begin;
    std::string bytes;
    while (end < words.size() && words[end].charset == words[begin].charset) bytes += words[end++].bytes;
    if (const auto joined = charsets.to_utf8(words[begin].charset, bytes)) {
      if (!before_decoded) out += gaps[begin];
      out += *joined;
      before_decoded = true;
    } else {
      for (std::size_t i = begin; i < end; ++i) {
        const auto alone = charsets.to_utf8(words[i].charset, words[i].bytes);
        if (i > 0 && (!before_decoded || !alone)) out += gaps[i];
        out += alone ? std::string_view(*alone) : words[i].raw;
        before_decoded = alone.has_value();
      }
    }
    begin = end;
  }
}

// ---- lines

// The end of the line that begins at `at`, its line end included.
std::size_t line_end(std::string_view text, std::size_t at, bool lone_cr) {
  const std::size_t found = lone_cr ? text.find_first_of("\r\n", at) : text.find('\n', at);
  if (found == std::string_view::npos) return text.size();
  const bool crlf = text[found] == '\r' && found + 1 < text.size() && text[found + 1] == '\n';
  return found + (crlf ? 2 : 1);
}

std::string_view without_line_end(std::string_view line, bool lone_cr) {
  if (line.ends_with("\r\n")) return line.substr(0, line.size() - 2);
  if (line.ends_with('\n') || (lone_cr && line.ends_with('\r'))) return line.substr(0, line.size() - 1);
  return line;
}

// Where the name of the field in `line` ends; npos if it is no field. RFC 5322 §2.2: 33 to 126 without the colon.
std::size_t name_end(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && line[end] > ' ' && line[end] < 0x7F && line[end] != ':') ++end;
  const std::size_t colon = line.find_first_not_of(" \t", end);
  if (end == 0 || colon == std::string_view::npos || line[colon] != ':') return std::string_view::npos;
  return end;
}

}  // namespace

std::size_t comment_end(std::string_view text, std::size_t at) {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '(') {
      ++depth;
    } else if (text[at] == ')' && --depth == 0) {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

std::size_t quoted_string_end(std::string_view text, std::size_t at, std::string& content) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    content += text[at];
  }
  return std::string_view::npos;
}

bool Field::is(std::string_view other) const {
  return equal_ignoring_case(name, other);
}

bool Field::is_content() const {
  return starts_with_ignoring_case(name, "Content-");
}

std::string unfold(std::string_view body) {
  std::string out;
  out.reserve(body.size());
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (c == '\0') {
      out += ' ';
    } else if (c == '\r' || c == '\n') {
      if (c == '\r' && i + 1 < body.size() && body[i + 1] == '\n') ++i;
      if (i + 1 >= body.size() || !is_blank(body[i + 1])) out += ' ';
    } else {
      out += c;
    }
  }
  return std::string(trim(out));
}

const Field* Header::find(std::string_view name) const {
  const auto found = std::ranges::find_if(fields, [&](const Field& field) { return field.is(name); });
  return found == fields.end() ? nullptr : &*found;
}

std::size_t Header::count(std::string_view name) const {
  return static_cast<std::size_t>(std::ranges::count_if(fields, [&](const Field& field) { return field.is(name); }));
}

Header parse_header(std::string_view text, bool lone_cr) {
  Header header;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = line_end(text, begin, lone_cr);
    const std::string_view line = text.substr(begin, end - begin);
    const bool continues = is_blank(line[0]) && !header.fields.empty() && !header.fields.back().name.empty();
    if (continues) {
      Field& field = header.fields.back();
      const auto offset = [&](std::string_view part) { return static_cast<std::size_t>(part.data() - text.data()); };
      field.raw = text.substr(offset(field.raw), end - offset(field.raw));
      field.body = without_line_end(text.substr(offset(field.body), end - offset(field.body)), lone_cr);
    } else if (const std::size_t length = name_end(line); length != std::string_view::npos) {
      const std::size_t colon = line.find(':', length);
      header.fields.push_back({line, line.substr(0, length), without_line_end(line.substr(colon + 1), lone_cr)});
    } else {
      ++header.strays;
      header.fields.push_back({line, {}, without_line_end(line, lone_cr)});
    }
    begin = end;
  }
  return header;
}

const std::string* Parameterized::find(std::string_view name) const {
  const auto found =
      std::ranges::find_if(parameters, [&](const auto& entry) { return equal_ignoring_case(entry.first, name); });
  return found == parameters.end() ? nullptr : &found->second;
}

Parameterized parse_parameterized(std::string_view body) {
  const std::string text = unfold(body);
  Scanner in{text};
  Parameterized result;

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
  const bool glued = value_end < text.size() && !is_space(text[value_end]) && !contains(";(", text[value_end]);
  if (malformed || glued) {
    in.skip_part();
  } else {
    result.value = std::move(value);
    in.skip_comments();
    if (!in.end() && !in.next_is(';')) in.damaged = true;
  }

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

std::string display_text(std::string_view body) {
  const std::string text = unfold(body);
  Charsets charsets;
  std::string out;
  std::vector<EncodedWord> words;  // seen and not shown yet
  std::vector<std::string_view> gaps;
  std::size_t gap_begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (std::optional<EncodedWord> word = encoded_word(rest)) {
      const std::string_view gap = std::string_view(text).substr(gap_begin, at - gap_begin);
      if (words.empty()) {
        out += gap;
        gaps.emplace_back();
      } else {
        gaps.push_back(gap);
      }
      at += word->raw.size();
      gap_begin = at;
      words.push_back(std::move(*word));
    } else if (!words.empty() && is_space(text[at])) {
      ++at;
    } else {
      show_words(words, gaps, charsets, out);
      words.clear();
      gaps.clear();
      // Up to the next place that can begin a word.
      const std::size_t next = std::min(text.find("=?", at + 1), text.size());
      out.append(text, gap_begin, next - gap_begin);
      at = next;
      gap_begin = next;
    }
  }
  show_words(words, gaps, charsets, out);
  return out.append(text, gap_begin);
}

std::string fold_field(std::string_view name, std::string_view body, std::string_view eol) {
  std::string out(name);
  out += ": ";
  body = trim(body);
  std::size_t column = out.size();
  bool first = true;
  while (!body.empty()) {
    const std::size_t word = std::min(body.find_first_not_of(" \t"), body.size());
    const std::size_t end = std::min(body.find_first_of(" \t", word), body.size());
    if (!first && column + end > fold_column) {
      out += eol;
      column = 0;
    }
    out += body.substr(0, end);
    column += end;
    first = false;
    body.remove_prefix(end);
  }
  return out += eol;
}

}  // namespace sm::mime
