#include "pgpmime/annotate.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "io/descriptor.hpp"
#include "mime/tokenizer.hpp"
#include "pgpmime/verdict_field.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

// Of what is held. As for the Tokenizer, no field has its colon further away.
constexpr std::size_t longest_gap = 4096;

bool is_name_character(char c, std::size_t at) {
  return to_lower(c) == to_lower(verdict_field_name[at]);
}

bool is_control(char c) {
  return (c >= 0 && c <= ' ') || c == '\x7f';
}

class AnnotatedSource final : public Source {
 public:
  AnnotatedSource(Document& document, HeaderMap map, std::string field)
      : document_(document),
        map_(std::move(map)),
        remover_(map_.eol, std::move(field)),
        buffer_(std::make_unique_for_overwrite<char[]>(io_piece)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    while (!buffer.empty()) {
      if (given_ < out_.size()) {
        const std::size_t size = std::min(buffer.size(), out_.size() - given_);
        std::memcpy(buffer.data(), out_.data() + given_, size);
        given_ += size;
        return size;
      }
      const bool more = header_ < map_.headers.size();
      if (!more || offset_ < map_.headers[header_].begin) {
        const std::uint64_t to = more ? map_.headers[header_].begin : document_.size();
        const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), to - offset_));
        const std::size_t got = SM_TRY(document_.read_at(offset_, buffer.first(size)));
        offset_ += got;
        if (got > 0) remover_.follow(buffer[got - 1]);
        return got;
      }
      SM_TRY(read_header(map_.headers[header_]));
    }
    return std::size_t{0};
  }

 private:
  Result<void> read_header(const Extent& header) {
    out_.clear();
    given_ = 0;
    if (offset_ < header.end) {
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(io_piece, header.end - offset_));
      const std::size_t got = SM_TRY(document_.read_at(offset_, {buffer_.get(), size}));
      if (got == 0) return fail(ErrorKind::temporary, "io.changed", "the input became shorter while it was read");
      remover_.put({buffer_.get(), got}, out_);
      offset_ += got;
    }
    if (offset_ == header.end) {
      remover_.finish(out_);
      remover_.restart();
      ++header_;
    }
    return {};
  }

  Document& document_;
  HeaderMap map_;
  VerdictRemover remover_;
  std::unique_ptr<char[]> buffer_;
  std::size_t header_ = 0;
  std::uint64_t offset_ = 0;
  std::string out_;
  std::size_t given_ = 0;
};

}  // namespace

Result<HeaderMap> map_headers(Document& document) {
  HeaderMap map;
  Range range(document, document.all());
  mime::Tokenizer tokenizer(range);
  using Kind = mime::Token::Kind;
  bool open = false;     // the last header is not over yet
  bool unbroken = true;  // no empty line so far: to some readers all of it is the message's header
  for (;;) {
    const auto token = tokenizer.next();
    if (!token) {
      if (token.error().kind != ErrorKind::data) return Unexpected{token.error()};
      break;
    }
    const Kind kind = token->kind;
    const bool delimiter = kind == Kind::delimiter && !(token->closing && unbroken);
    if (open && (kind == Kind::part_begin || delimiter || kind == Kind::end)) {
      map.headers.back().end = token->offset;
      open = false;
    } else if (kind == Kind::separator && !token->raw.empty()) {
      map.headers.back().end = token->offset + token->raw.size();
      open = unbroken = false;
    }
    if (kind == Kind::end) break;
    if (kind == Kind::part_begin) {
      map.headers.push_back({token->offset, token->offset});
      open = true;
    }
  }
  if (open) map.headers.back().end = document.size();
  map.eol = tokenizer.first_eol();
  return map;
}

std::unique_ptr<Source> annotated(Document& document, HeaderMap map, std::string field) {
  return std::make_unique<AnnotatedSource>(document, std::move(map), std::move(field));
}

VerdictRemover::VerdictRemover(Eol eol, std::string insert)
    : lone_cr_(eol == Eol::cr), eol_(eol_text(eol)), insert_(std::move(insert)) {}

void VerdictRemover::put(std::string_view bytes, std::string& out) {
  const std::size_t before = out.size();
  put_all(bytes, out);
  if (out.size() > before) last_ = out.back();
}

void VerdictRemover::put_all(std::string_view bytes, std::string& out) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (state_ == State::over) {
      out += bytes.substr(i);
      return;
    }
    put(bytes[i], out);
  }
}

void VerdictRemover::restart() {
  state_ = State::line_start;
  held_.clear();
  field_seen_ = false;
}

void VerdictRemover::put(char c, std::string& out) {
  switch (state_) {
    case State::over:
      out += c;
      return;
    case State::line_start:
      start_line(c, out);
      return;
    case State::start_cr:
      put_insert(out);
      if (c == '\n') {
        out += "\r\n";
        held_.clear();
        state_ = State::over;
        return;
      }
      field_seen_ = true;
      state_ = State::after_cr;
      [[fallthrough]];
    case State::after_cr:
      if (c == '\n' || lone_cr_) {
        out += held_;
        held_.clear();
        state_ = State::line_start;
        if (c == '\n')
          out += c;
        else
          put(c, out);
      } else if (is_name_character(c, 0)) {
        held_ += c;
        matched_ = 1;
        inner_ = true;
        state_ = State::name;
      } else if (c == '\r') {
        out += c;
      } else {
        out += held_ + c;
        held_.clear();
        state_ = State::line;
      }
      return;
    case State::line:
      if (c == '\r') {
        held_ = c;
        state_ = State::after_cr;
        return;
      }
      out += c;
      if (c == '\n') state_ = State::line_start;
      return;
    case State::lead:
      if (is_blank(c) && held_.size() < longest_gap) {
        held_ += c;
      } else if (is_name_character(c, 0)) {
        held_ += c;
        matched_ = 1;
        state_ = State::name;
      } else {
        give_up(c, out);
      }
      return;
    case State::name:
      if (!is_name_character(c, matched_)) {
        give_up(c, out);
        return;
      }
      held_ += c;
      if (++matched_ == verdict_field_name.size()) {
        gap_ = held_.size();
        state_ = State::gap;
      }
      return;
    case State::gap:
    case State::gap_cr:
    case State::gap_lf:
      continue_gap(c, out);
      return;
    case State::field:
      if (c == '\n') state_ = State::field_lf;
      if (c == '\r' && lone_cr_) state_ = State::field_cr;
      return;
    case State::field_cr:
    case State::field_lf:
      leave_field(c, out);
      return;
  }
}

void VerdictRemover::start_line(char c, std::string& out) {
  inner_ = false;
  if (c == '\r' && !lone_cr_) {
    held_ = c;
    state_ = State::start_cr;
  } else if (c == '\n' || c == '\r') {
    put_insert(out);
    // Behind a line that ended with a CR alone, the LF of an empty line must not become a part of its end.
    if (c == '\n' && lone_cr_ && (out.empty() ? last_ : out.back()) == '\r') out += c;
    out += c;
    state_ = State::over;
  } else if (is_blank(c) && !field_seen_) {
    held_ = c;
    state_ = State::lead;
  } else if (is_name_character(c, 0)) {
    put_insert(out);
    field_seen_ = true;
    held_ = c;
    matched_ = 1;
    state_ = State::name;
  } else {
    if (!is_blank(c)) {
      put_insert(out);
      field_seen_ = true;
    }
    out += c;
    state_ = State::line;
  }
}

// RFC 5322 §4.5: *WSP before the colon. A reader that unfolds first takes folds there as well.
void VerdictRemover::continue_gap(char c, std::string& out) {
  const bool after_line_end = state_ != State::gap;
  if (state_ == State::gap_cr && c == '\n') {
    held_ += c;
    state_ = State::gap_lf;
  } else if ((after_line_end && !is_blank(c)) || (c != ':' && !is_control(c))) {
    give_up(c, out);
  } else if (c == ':' || held_.size() >= longest_gap) {
    end_name(c, out);
  } else {
    held_ += c;
    state_ = c == '\r' ? State::gap_cr : c == '\n' ? State::gap_lf : State::gap;
  }
}

// Here it is certain that some reader sees a field. Where there is none to us, the line ends the header, or is some
// other field's, or would be a delimiter without it: then only the name goes, and the line stays from the colon on.
void VerdictRemover::end_name(char c, std::string& out) {
  const std::string_view gap = std::string_view(held_).substr(gap_);
  const bool plain = gap.find_first_not_of(" \t") == std::string_view::npos && held_.size() < longest_gap;
  if (!inner_ && (plain || is_blank(held_.front()))) {
    state_ = State::field;
  } else {
    if (inner_) out += '\r';
    out += ':';
    state_ = State::line;
  }
  held_.clear();
  if (c != ':') put(c, out);
}

// Behind a line end of a field that goes: with white space it goes on.
void VerdictRemover::leave_field(char c, std::string& out) {
  if (c == '\n' && state_ == State::field_cr) {
    state_ = State::field_lf;
  } else if (is_blank(c)) {
    state_ = State::field;
  } else {
    state_ = State::line_start;
    put(c, out);
  }
}

// What is held is none: its first character stays, and a line that may begin in the rest is looked at anew.
void VerdictRemover::give_up(char c, std::string& out) {
  const std::string held = std::move(held_);
  held_.clear();
  out += held.front();
  state_ = State::line;
  put_all(std::string_view(held).substr(1), out);
  put_all(std::string_view(&c, 1), out);
}

void VerdictRemover::put_insert(std::string& out) {
  out += insert_;
  insert_.clear();
}

void VerdictRemover::finish(std::string& out) {
  if (state_ == State::start_cr) put_insert(out);
  const char last = held_.empty() ? '\0' : held_.back();
  const bool in_line = held_.empty() ? state_ == State::line : last != '\n' && !(last == '\r' && lone_cr_);
  out += held_;
  if (!insert_.empty() && in_line) out += eol_;
  held_.clear();
  put_insert(out);
  if (!out.empty()) last_ = out.back();
  state_ = State::over;
}

}  // namespace sm::pgpmime
