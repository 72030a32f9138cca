#include "pgpmime/inline.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::string_view begin_signed = "-----BEGIN PGP SIGNED MESSAGE-----";
constexpr std::string_view begin_message = "-----BEGIN PGP MESSAGE-----";
constexpr std::string_view end_message = "-----END PGP MESSAGE-----";
constexpr std::string_view begin_signature = "-----BEGIN PGP SIGNATURE-----";
constexpr std::string_view end_signature = "-----END PGP SIGNATURE-----";
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

constexpr std::size_t max_line = 512;  // longer ones are none of armor's
constexpr std::size_t piece = 64 * 1024;

// RFC 9580 §7.2 on the end of a line.
constexpr bool is_line_space(char c) {
  return is_blank(c) || c == '\r';
}

std::string_view without_line_space(std::string_view line) {
  while (!line.empty() && is_line_space(line.back())) line.remove_suffix(1);
  return line;
}

bool is_armor_mark(std::string_view line) {
  return line.starts_with("-----BEGIN PGP ") || line.starts_with("-----END PGP ");
}

// RFC 9580 §7.1 allows no header but Hash, which says nothing that is needed; anything else there would be text that
// looks signed.
bool is_hash_header(std::string_view line) {
  constexpr std::string_view name = "Hash:";
  if (!line.starts_with(name)) return false;
  line.remove_prefix(name.size());
  while (true) {
    const std::size_t comma = std::min(line.find(','), line.size());
    const std::string hash = lower(trim(line.substr(0, comma)));
    constexpr std::string_view known[] = {"md5",    "sha1",   "ripemd160", "sha224",  "sha256",
                                          "sha384", "sha512", "sha3-256",  "sha3-512"};
    if (std::ranges::find(known, hash) == std::end(known)) return false;
    if (comma == line.size()) return true;
    line.remove_prefix(comma + 1);
  }
}

// The headers that RFC 9580 §6.2.2 names, and MessageID of RFC 4880.
bool is_armor_header(std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  constexpr std::string_view known[] = {"version", "comment", "hash", "charset", "messageid"};
  return std::ranges::find(known, lower(line.substr(0, colon))) != std::end(known) &&
         line.size() <= InlineScanner::max_armor_header &&
         std::ranges::none_of(line, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
}

bool is_base64(std::string_view line) {
  return std::ranges::all_of(line,
                             [](char c) { return is_alpha(c) || is_digit(c) || c == '+' || c == '/' || c == '='; });
}

}  // namespace

// ---- finding blocks

void InlineScanner::put(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view rest = text.substr(0, end);
    line_size_ += rest.size();
    line_.append(rest.substr(0, max_line + 1 - std::min(max_line + 1, line_.size())));
    line_blank_ = line_blank_ && std::ranges::all_of(rest, is_line_space);
    if (end == std::string_view::npos) return;
    end_line(false);
    text.remove_prefix(end + 1);
  }
}

void InlineScanner::end_line(bool last) {
  std::string_view line = line_;
  if (line_begin_ == 0 && line.starts_with(byte_order_mark)) {
    line.remove_prefix(byte_order_mark.size());
    line_blank_ = line_size_ <= max_line && without_line_space(line).empty();
  }
  const Extent extent{line_begin_, line_begin_ + line_size_};
  // Only the beginning of a long line is at hand: it is text, or nothing.
  if (line_size_ > max_line && !line_blank_) {
    take_line(is_armor_mark(line) ? "-----BEGIN PGP \x01" : "\x01", extent);
  } else {
    const std::string_view bare = line_blank_ ? std::string_view() : without_line_space(line);
    take_line(bare, {extent.begin, extent.begin + (line_.size() - line.size()) + bare.size()});
  }
  // Where the text ends if the next line is that of the signature: before this line's end.
  text_end_ = line_begin_ + line_size_ - (line_size_ <= max_line && line_.ends_with('\r') ? 1 : 0);
  line_begin_ += line_size_ + (last ? 0 : 1);
  line_.clear();
  line_size_ = 0;
  line_blank_ = true;
}

// `line` has no white space at its end; `extent` is what of it stands in the text.
void InlineScanner::take_line(std::string_view line, Extent extent) {
  switch (state_) {
    case State::outside:
      return outside(line, extent);
    case State::signed_head:
      if (line.empty()) {
        state_ = State::signed_text;
        block_.text = {line_begin_ + line_size_ + 1, line_begin_ + line_size_ + 1};
      } else if (is_armor_mark(line)) {
        drop();
        outside(line, extent);
      } else if (!is_hash_header(line) || ++headers_ > max_armor_headers) {
        block_.malformed = true;
      }
      return;
    case State::signed_text:
      if (line == begin_signature) {
        block_.text.end = std::max(block_.text.begin, text_end_);
        block_.armor.begin = extent.begin;
        headers_ = 0;
        tail_ = end_signature;
        state_ = State::armor_head;
      } else if (is_armor_mark(line)) {
        // Escaped it would begin with "- ". Where the text begins is uncertain now, so neither is a block.
        drop();
        outside(line, extent);
      }
      return;
    case State::armor_head:
    case State::armor_data:
      return take_armor(line, extent);
  }
}

void InlineScanner::outside(std::string_view line, Extent extent) {
  if (line == begin_signed)
    begin(InlineBlock::Kind::clear_signed, State::signed_head, extent);
  else if (line == begin_message)
    begin(InlineBlock::Kind::message, State::armor_head, extent);
  else if (line == begin_signature)
    begin(InlineBlock::Kind::signature, State::armor_head, extent);
  else if (!line.empty())
    result_.bare = false;
}

void InlineScanner::take_armor(std::string_view line, Extent extent) {
  if (line == tail_) return end_block(extent.end);
  if (is_armor_mark(line)) {
    if (block_.kind == InlineBlock::Kind::clear_signed) {
      block_.malformed = true;
      end_block(extent.begin);
    } else {
      drop();
    }
    return outside(line, extent);
  }
  if (state_ == State::armor_head) {
    if (line.empty()) {
      state_ = State::armor_data;
      return;
    }
    if (line.find(':') != std::string_view::npos) {
      if (!is_armor_header(line) || ++headers_ > max_armor_headers) block_.malformed = true;
      constexpr std::string_view charset = "charset:";
      if (starts_with_ignoring_case(line, charset)) block_.charset = trim(line.substr(charset.size()));
      return;
    }
    state_ = State::armor_data;  // some writers leave the empty line out
  }
  if (!is_base64(line)) block_.malformed = true;
}

void InlineScanner::begin(InlineBlock::Kind kind, State state, Extent extent) {
  block_ = InlineBlock{.kind = kind};
  block_.whole.begin = block_.armor.begin = extent.begin;
  headers_ = 0;
  tail_ = kind == InlineBlock::Kind::message ? end_message : end_signature;
  state_ = state;
}

void InlineScanner::end_block(std::uint64_t end) {
  block_.whole.end = block_.armor.end = end;
  state_ = State::outside;
  if (result_.blocks.size() == max_blocks)
    result_.too_many = true;
  else
    result_.blocks.push_back(std::move(block_));
}

void InlineScanner::drop() {
  result_.bare = false;
  state_ = State::outside;
}

InlineText InlineScanner::finish() {
  if (line_size_ > 0) end_line(true);
  if (state_ != State::outside) {
    const bool signature_begun = block_.kind == InlineBlock::Kind::clear_signed && state_ >= State::armor_head;
    if (signature_begun) {
      block_.malformed = true;
      end_block(line_begin_);
    } else {
      drop();
    }
  }
  return std::move(result_);
}

Result<InlineText> scan_inline(Source& text) {
  InlineScanner scanner;
  const auto buffer = std::make_unique_for_overwrite<char[]>(piece);
  while (true) {
    const std::size_t count = SM_TRY(text.read({buffer.get(), piece}));
    if (count == 0) return scanner.finish();
    scanner.put({buffer.get(), count});
  }
}

// ---- what is signed

Result<void> SignedText::take(char c) {
  if (at_ == At::line_start && c == '-') {
    at_ = At::dash;
    return {};
  }
  if (at_ == At::dash) {
    at_ = At::inside;
    if (c == ' ') return {};
    out_ += '-';
  }
  if (c == '\n') {
    held_.clear();
    out_ += "\r\n";
    at_ = At::line_start;
    return {};
  }
  at_ = At::inside;
  if (is_line_space(c)) {
    if (held_.size() == limits::line_bytes)
      return fail(ErrorKind::data, "pgpmime.white-space", "a line of the signed text ends with too much white space");
    held_ += c;
    return {};
  }
  out_ += held_;
  out_ += c;
  held_.clear();
  return {};
}

Result<std::size_t> SignedText::read(std::span<char> buffer) {
  while (position_ == out_.size() && !end_ && !buffer.empty()) {
    out_.clear();
    position_ = 0;
    in_.resize(piece);
    const std::size_t count = SM_TRY(from_->read(in_));
    std::string_view rest = std::string_view(in_).substr(0, count);
    while (!rest.empty() && !error_) {
      if (auto taken = take(rest.front()); !taken) error_ = std::move(taken).error();
      rest.remove_prefix(1);
      if (at_ != At::inside || !held_.empty()) continue;
      // What nothing becomes of, at once.
      const std::size_t plain = std::min(rest.find_first_of(" \t\r\n"), rest.size());
      out_ += rest.substr(0, plain);
      rest.remove_prefix(plain);
    }
    if (error_) break;
    if (count > 0) continue;
    if (at_ == At::dash) out_ += '-';
    end_ = true;
  }
  if (error_) return Unexpected{*error_};
  const std::size_t count = out_.copy(buffer.data(), buffer.size(), position_);
  position_ += count;
  return count;
}

}  // namespace sm::pgpmime
