#include "text/quoted_printable.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm {
namespace {

constexpr std::size_t line_length = 76;  // RFC 2045 §6.7 (5), without the line end

// Stands for itself at any place of a line.
constexpr bool is_literal(char c) {
  return c > ' ' && c <= '~' && c != '=';
}

}  // namespace

// `encoded` is one character or one escape, which must not be torn apart.
void QuotedPrintableEncoder::add(std::string_view encoded, std::string& out) {
  if (line_.size() + encoded.size() > line_length) {
    // A soft line break takes a column of its own: in a line that is full the last character or escape gives way.
    std::size_t kept = line_.size();
    if (kept == line_length) kept -= line_[kept - 3] == '=' ? 3 : 1;
    out.append(line_, 0, kept).append("=").append(eol_);
    line_.erase(0, kept);
  }
  if (encoded == " " && line_ == "From") line_ = "=46rom";
  line_ += encoded;
}

void QuotedPrintableEncoder::add_escaped(char byte, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  const std::array<char, 3> escape{'=', digits[value >> 4], digits[value & 15]};
  add({escape.data(), escape.size()}, out);
}

// What was held turned out not to stand before a line end.
void QuotedPrintableEncoder::release_held(std::string& out) {
  for (const char c : held_) {
    if (c == '\r') {
      add_escaped(c, out);
    } else {
      add({&c, 1}, out);
    }
  }
  held_.clear();
}

void QuotedPrintableEncoder::end_line(std::string& out) {
  if (!held_.empty() && is_blank(held_.front())) add_escaped(held_.front(), out);
  held_.clear();
  out.append(line_).append(eol_);
  line_.clear();
}

void QuotedPrintableEncoder::put(std::string_view bytes, std::string& out) {
  const char* in = bytes.data();
  const char* const end = in + bytes.size();
  while (in != end) {
    const char c = *in;
    if (c == '\n') {
      end_line(out);
      ++in;
      continue;
    }
    // "\r" may follow held white space: the LF of a CRLF then still ends the line.
    if (!held_.empty() && !(c == '\r' && held_.back() != '\r')) release_held(out);
    if (c == '\r' || is_blank(c)) {
      held_ += c;
    } else if (!is_literal(c)) {
      add_escaped(c, out);
    } else {
      const std::size_t room = line_length - line_.size();
      const char* const stop = in + std::min(room, static_cast<std::size_t>(end - in));
      const char* run = in;
      while (run != stop && is_literal(*run)) ++run;
      if (run == in) {
        add({in, 1}, out);
      } else {
        line_.append(in, run);
        in = run;
        continue;
      }
    }
    ++in;
  }
}

void QuotedPrintableEncoder::finish(std::string& out) {
  if (held_.size() == 1 && is_blank(held_.front())) {
    add_escaped(held_.front(), out);
    held_.clear();
  }
  release_held(out);
  out += line_;
  line_.clear();
}

void QuotedPrintableDecoder::release_held(std::string& out) {
  if (!held_.empty() && held_.front() == '=') damaged_ = true;
  out += held_;
  held_.clear();
}

// Takes a byte while something is held; false if it has to be looked at again because nothing is held any more.
bool QuotedPrintableDecoder::step(char c, std::string& out) {
  const char last = held_.back();
  if (held_.front() == '=') {
    const int high = held_.size() == 2 ? hex_digit(last) : -1;
    const int low = hex_digit(c);
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high << 4 | low);
      held_.clear();
      return true;
    }
    if (held_.size() == 1 && low >= 0) {
      held_ += c;
      return true;
    }
    if (high >= 0) {
      release_held(out);
      return false;
    }
  }
  if (c == '\n') {
    if (held_.front() != '=') out += last == '\r' ? "\r\n" : "\n";
    held_.clear();
    return true;
  }
  if (last != '\r' && (c == '\r' || is_blank(c)) && held_.size() < limits::line_bytes) {
    held_ += c;
    return true;
  }
  release_held(out);
  return false;
}

void QuotedPrintableDecoder::put(std::string_view text, std::string& out) {
  const auto is_special = [](char c) { return c == '=' || is_blank(c); };
  while (!text.empty()) {
    if (!held_.empty()) {
      if (step(text.front(), out)) text.remove_prefix(1);
      continue;
    }
    const auto plain = static_cast<std::size_t>(std::ranges::find_if(text, is_special) - text.begin());
    out += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    // Between words, the common case.
    if (is_blank(text[0]) && text.size() > 1 && !is_space(text[1])) {
      out += text[0];
    } else {
      held_ = text[0];
    }
    text.remove_prefix(1);
  }
}

void QuotedPrintableDecoder::finish(std::string& out) {
  const bool digit = held_.size() == 2 && hex_digit(held_.back()) >= 0;
  const bool line_end = !held_.empty() && held_.back() == '\r' && held_.front() != '=';
  if (digit || line_end) release_held(out);
  held_.clear();
}

}  // namespace sm
