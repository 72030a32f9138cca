#include "dns/zone_token.hpp"

#include "text/ascii.hpp"

namespace sm::dns {
namespace {

// Where the token that begins at `at` ends: before white space, ';' or a parenthesis, or at the closing quote.
// npos: the quote is not closed on its line.
std::size_t token_end(std::string_view text, std::size_t at, bool quoted) {
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n' || c == '\0') break;
    if (c == '\\' && at + 1 < text.size() && text[at + 1] != '\n' && text[at + 1] != '\0') {
      ++at;
    } else if (quoted ? c == '"' : is_blank(c) || c == '\r' || c == ';' || c == '(' || c == ')' || c == '"') {
      return at;
    }
  }
  return quoted ? std::string_view::npos : at;
}

}  // namespace

LineState next_line(std::string_view& text, std::size_t& number, ZoneLine& line) {
  line = {};
  bool in_parentheses = false;
  std::size_t at = 0;
  const auto take = [&] { text.remove_prefix(at); };
  line.number = number + 1;
  line.begins_blank = !text.empty() && is_blank(text.front());
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\n') {
      ++at;
      ++number;
      if (in_parentheses) continue;
      if (!line.tokens.empty()) {
        take();
        return LineState::line;
      }
      line.number = number + 1;
      line.begins_blank = at < text.size() && is_blank(text[at]);
    } else if (is_blank(c) || c == '\r') {
      ++at;
    } else if (c == ';') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == '(' || c == ')') {
      if (in_parentheses == (c == '(')) return LineState::malformed;
      in_parentheses = !in_parentheses;
      ++at;
    } else if (c == '\0') {
      return LineState::malformed;
    } else {
      const bool quoted = c == '"';
      const std::size_t begin = quoted ? at + 1 : at;
      const std::size_t end = token_end(text, begin, quoted);
      if (end == std::string_view::npos) return LineState::malformed;
      line.tokens.push_back({text.substr(begin, end - begin), quoted});
      at = quoted ? end + 1 : end;
    }
  }
  take();
  if (in_parentheses) return LineState::malformed;
  return line.tokens.empty() ? LineState::end : LineState::line;
}

std::optional<std::string> unescape(std::string_view token) {
  std::string out;
  for (std::size_t at = 0; at < token.size(); ++at) {
    if (token[at] != '\\') {
      out += token[at];
      continue;
    }
    if (++at == token.size()) return std::nullopt;
    if (!is_digit(token[at])) {
      out += token[at];
      continue;
    }
    const auto value = decimal(token.substr(at, 3), 255);
    if (!value || token.size() - at < 3) return std::nullopt;
    out += static_cast<char>(*value);
    at += 2;
  }
  return out;
}

std::string quote(std::string_view bytes) {
  std::string out = "\"";
  for (const char c : bytes) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < ' ' || octet >= 0x7F) {
      out += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
              static_cast<char>('0' + octet % 10)};
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + "\"";
}

std::optional<std::uint32_t> decimal(std::string_view token, std::uint32_t max) {
  if (token.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (const char c : token) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
    if (value > max) return std::nullopt;
  }
  return static_cast<std::uint32_t>(value);
}

}  // namespace sm::dns
