#include "mime/body_scan.hpp"

#include <algorithm>
#include <cstring>

#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::uint64_t high_bits = 0x8080808080808080u;

// How many bytes at the beginning of `bytes` are ASCII: all, or a number not beyond the first that is not, less at
// most 31.
std::size_t ascii_prefix(std::string_view bytes) {
  std::size_t i = 0;
  for (; bytes.size() - i >= 32; i += 32) {
    std::array<std::uint64_t, 4> words;
    std::memcpy(words.data(), bytes.data() + i, 32);
    if ((words[0] | words[1] | words[2] | words[3]) & high_bits) return i;
  }
  while (i < bytes.size() && (bytes[i] & 0x80) == 0) ++i;
  return i;
}

}  // namespace

// The bounds of the second byte exclude what is longer than need be (E0, F0), surrogates (ED) and what lies beyond
// U+10FFFF (F4).
void Utf8Scan::put(std::string_view bytes) {
  if (!valid_) return;
  for (std::size_t i = 0; i < bytes.size();) {
    if (missing_ == 0) {
      i += ascii_prefix(bytes.substr(i));
      while (i < bytes.size() && (bytes[i] & 0x80) == 0) ++i;
      if (i == bytes.size()) return;
      const auto lead = static_cast<unsigned char>(bytes[i]);
      valid_ = lead >= 0xC2 && lead <= 0xF4;
      if (!valid_) return;
      missing_ = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
      lowest_ = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      highest_ = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    } else {
      const auto byte = static_cast<unsigned char>(bytes[i]);
      valid_ = byte >= lowest_ && byte <= highest_;
      if (!valid_) return;
      --missing_;
      lowest_ = 0x80;
      highest_ = 0xBF;
    }
    ++i;
  }
}

void BodyScan::put(std::string_view bytes, bool lone_cr) {
  lone_cr_ends_ = lone_cr;
  const bool ascii = ascii_prefix(bytes) == bytes.size();
  if (!ascii) has_8bit_ = true;
  // ASCII alone changes nothing, except in the middle of a character.
  if (!ascii || !utf8_.valid()) utf8_.put(bytes);
  if (!has_nul_) has_nul_ = bytes.find('\0') != std::string_view::npos;
  while (!bytes.empty()) {
    const std::size_t line = bytes.find('\n');
    extend(bytes.substr(0, line));
    if (line == std::string_view::npos) return;
    (cr_held_ ? crlf_ : lf_) = true;
    cr_held_ = false;
    end_line();
    bytes.remove_prefix(line + 1);
  }
}

// `text` is without LF.
void BodyScan::extend(std::string_view text) {
  while (!text.empty()) {
    if (cr_held_) resolve_cr();
    const std::size_t cr = text.find('\r');
    append(text.substr(0, cr));
    if (cr == std::string_view::npos) return;
    cr_held_ = true;
    text.remove_prefix(cr + 1);
  }
}

// `text` is without CR too.
void BodyScan::append(std::string_view text) {
  if (text.empty()) return;
  if (length_ < head_.size()) {
    text.copy(head_.data() + length_, head_.size() - static_cast<std::size_t>(length_));
    if (length_ + text.size() >= head_.size() && std::memcmp(head_.data(), "From ", head_.size()) == 0) {
      has_leading_from_ = true;
    }
  }
  length_ += text.size();
  last_ = text.back();
}

// No LF follows the CR.
void BodyScan::resolve_cr() {
  cr_held_ = false;
  if (lone_cr_ends_) {
    cr_ = true;
    end_line();
  } else {
    has_lone_cr_ = true;
    append(".");  // of no account but for its length
  }
}

void BodyScan::end_line() {
  if (length_ > 0 && is_blank(last_)) has_trailing_space_ = true;
  longest_line_ = std::max(longest_line_, length_);
  length_ = 0;
}

void BodyScan::finish() {
  if (cr_held_) resolve_cr();
  end_line();
}

}  // namespace sm::mime
