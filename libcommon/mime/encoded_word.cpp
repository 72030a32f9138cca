// Encoded words (RFC 2047), only ever for showing.

#include <algorithm>
#include <optional>

#include "mime/charset.hpp"
#include "mime/header.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/hex.hpp"

namespace sm::mime {
namespace {

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

}  // namespace

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

std::string encoded_words(std::string_view text) {
  constexpr std::size_t bytes_of_a_word = 45;  // "=?utf-8?B?", 60 digits, "?="
  std::string out;
  while (!text.empty()) {
    std::size_t size = std::min(text.size(), bytes_of_a_word);
    // RFC 2047 §5: a character is not split between two words.
    while (size < text.size() && size > 1 && (text[size] & 0xC0) == 0x80) --size;
    if (!out.empty()) out += ' ';
    out.append("=?utf-8?B?").append(base64_encode(text.substr(0, size))).append("?=");
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace sm::mime
