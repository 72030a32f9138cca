#include "mime/recode.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::mime {
namespace {

constexpr std::string_view eol = "\r\n";
constexpr std::size_t line_length = 76;  // RFC 2045 §6.7 (5)

bool is_delimiter(std::string_view line, const std::vector<std::string>& boundaries) {
  if (!line.starts_with("--")) return false;
  return std::ranges::any_of(boundaries, [&](const std::string& boundary) {
    const std::string_view rest = line.substr(2);
    return rest.starts_with(boundary) && (rest.size() == boundary.size() || rest.substr(boundary.size()) == "--");
  });
}

void write_line(std::string_view line, const std::vector<std::string>& boundaries, std::string& out) {
  while (is_delimiter(line, boundaries)) {
    out += "=2D";
    line.remove_prefix(1);
    if (line.size() + 3 <= line_length) break;
    out.append("=").append(eol);
  }
  out += line;
}

// Moves the complete lines of `lines` to `out`, the rest too with `all`.
void write_lines(std::string& lines, const std::vector<std::string>& boundaries, bool all, std::string& out) {
  std::size_t begin = 0;
  if (boundaries.empty()) {
    out += lines;
    begin = lines.size();
  }
  for (std::size_t end = lines.find(eol, begin); end != std::string::npos; end = lines.find(eol, begin)) {
    write_line(std::string_view(lines).substr(begin, end - begin), boundaries, out);
    out += eol;
    begin = end + eol.size();
  }
  lines.erase(0, begin);
  if (!all) return;
  write_line(lines, boundaries, out);
  lines.clear();
}

}  // namespace

QuotedPrintableCoder::QuotedPrintableCoder(std::vector<std::string> boundaries)
    : encoder_(eol), boundaries_(std::move(boundaries)) {}

void QuotedPrintableCoder::put(std::string_view bytes, std::string& out) {
  encoder_.put(bytes, lines_);
  write_lines(lines_, boundaries_, false, out);
}

void QuotedPrintableCoder::finish(std::string& out) {
  encoder_.finish(lines_);
  write_lines(lines_, boundaries_, true, out);
}

QuotedPrintableRepair::QuotedPrintableRepair(std::vector<std::string> boundaries)
    : boundaries_(std::move(boundaries)) {}

// One character or one escape, which must not be torn apart.
void QuotedPrintableRepair::add(std::string_view token) {
  if (line_.size() + token.size() >= line_length) end_line(true);
  if (token == " " && line_ == "From") line_ = "=46rom";
  line_ += token;
}

void QuotedPrintableRepair::add_byte(char c) {
  if (is_blank(c) || (c > ' ' && c <= '~' && c != '=')) {
    add({&c, 1});
  } else {
    add("=" + hex_upper({&c, 1}));
  }
}

void QuotedPrintableRepair::end_line(bool soft) {
  if (!soft && !line_.empty() && is_blank(line_.back())) {
    const char last = line_.back();
    line_.pop_back();
    add("=" + hex_upper({&last, 1}));
  }
  lines_ += line_;
  if (soft) lines_ += '=';
  lines_ += eol;
  line_.clear();
}

void QuotedPrintableRepair::release_held() {
  const std::string held = std::exchange(held_, {});
  for (const char c : held) add_byte(c);
}

// Takes a byte while something is held; false if it has to be looked at again because nothing is held any more.
bool QuotedPrintableRepair::step(char c) {
  const bool escape = held_.front() == '=';
  if (escape && held_.size() == 1 && hex_digit(c) >= 0) {
    held_ += c;
    return true;
  }
  if (escape && held_.size() == 2 && hex_digit(held_.back()) >= 0) {
    if (hex_digit(c) < 0) {
      release_held();
      return false;
    }
    held_ += c;
    add(std::exchange(held_, {}));
    return true;
  }
  if (c == '\n') {
    end_line(escape);
    held_.clear();
    return true;
  }
  if (held_.back() != '\r' && (c == '\r' || is_blank(c)) && held_.size() < limits::line_bytes) {
    held_ += c;
    return true;
  }
  release_held();
  return false;
}

void QuotedPrintableRepair::put(std::string_view text, std::string& out) {
  for (const char c : text) {
    if (!held_.empty() && step(c)) continue;
    if (c == '=' || c == '\r' || is_blank(c)) {
      held_ = c;
    } else if (c == '\n') {
      end_line(false);
    } else {
      add_byte(c);
    }
  }
  write_lines(lines_, boundaries_, false, out);
}

// As QuotedPrintableDecoder::finish.
void QuotedPrintableRepair::finish(std::string& out) {
  const bool digit = held_.size() == 2 && hex_digit(held_.back()) >= 0;
  const bool carriage_return = !held_.empty() && held_.back() == '\r' && held_.front() != '=';
  if (digit || carriage_return) release_held();
  held_.clear();
  if (!line_.empty() && is_blank(line_.back())) {
    const char last = line_.back();
    line_.pop_back();
    add("=" + hex_upper({&last, 1}));
  }
  lines_ += std::exchange(line_, {});
  write_lines(lines_, boundaries_, true, out);
}

// The last line end is held back: only the bytes that follow show that it is not the last.
void Base64Coder::release(std::string& out) {
  const std::size_t kept = lines_.ends_with(eol) ? eol.size() : 0;
  out.append(lines_, 0, lines_.size() - kept);
  lines_.erase(0, lines_.size() - kept);
}

void Base64Coder::put(std::string_view bytes, std::string& out) {
  encoder_.put(bytes, lines_);
  release(out);
}

void Base64Coder::finish(std::string& out) {
  encoder_.finish(lines_);
  release(out);
}

void Base64Repair::put(std::string_view text, std::string& out) {
  bytes_.clear();
  decoder_.put(text, bytes_);
  coder_.put(bytes_, out);
}

void Base64Repair::finish(std::string& out) {
  bytes_.clear();
  decoder_.finish(bytes_);
  coder_.put(bytes_, out);
  coder_.finish(out);
}

}  // namespace sm::mime
