#include "io/filters.hpp"

#include <algorithm>
#include <cstring>

#include "io/descriptor.hpp"
#include "io/memory.hpp"

namespace sm {
namespace {

class OwnedText final : public Source {
 public:
  explicit OwnedText(std::string text) : text_(std::move(text)), source_(text_) {}
  Result<std::size_t> read(std::span<char> buffer) override { return source_.read(buffer); }

 private:
  std::string text_;
  StringSource source_;
};

}  // namespace

std::string_view eol_text(Eol eol) {
  switch (eol) {
    case Eol::lf:
      return "\n";
    case Eol::crlf:
      return "\r\n";
    case Eol::cr:
      return "\r";
  }
  return {};
}

std::string with_line_ends(std::string_view text, Eol to, bool lone_cr) {
  const std::string_view eol = eol_text(to);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool with_lf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (with_lf) ++i;
    if (text[i] == '\n' || (text[i] == '\r' && lone_cr))
      out += eol;
    else
      out += text[i];
  }
  return out;
}

EolSource::EolSource(Source& from, Eol to, bool lone_cr)
    : from_(from), to_(eol_text(to)), lone_cr_(lone_cr), buffer_(std::make_unique_for_overwrite<char[]>(io_piece)) {}

Result<std::size_t> EolSource::read(std::span<char> buffer) {
  char* to = buffer.data();
  char* const end = to + buffer.size();
  while (to != end) {
    if (!out_.empty()) {
      const std::size_t size = out_.copy(to, static_cast<std::size_t>(end - to));
      to += size;
      out_.remove_prefix(size);
      continue;
    }
    if (in_.empty() && !end_) {
      const std::size_t got = SM_TRY(from_.read({buffer_.get(), io_piece}));
      in_ = {buffer_.get(), got};
      end_ = got == 0;
      continue;
    }
    if (cr_held_) {
      cr_held_ = false;
      const bool line_end = !in_.empty() && in_.front() == '\n';
      if (line_end) in_.remove_prefix(1);
      out_ = line_end || lone_cr_ ? to_ : eol_text(Eol::cr);
      continue;
    }
    if (in_.empty()) break;

    // Not further than there is room for, so that a small buffer does not make a long line be searched again and again.
    const std::string_view window = in_.substr(0, static_cast<std::size_t>(end - to));
    std::size_t size = std::min(window.find('\n'), window.size());
    if (lone_cr_) size = std::min(window.substr(0, size).find('\r'), size);
    std::size_t used = size;
    if (size < window.size() && window[size] == '\n') {
      used = size + 1;
      out_ = to_;
      if (size > 0 && window[size - 1] == '\r') --size;
    } else if (size < window.size() || window.back() == '\r') {
      size = std::min(size, window.size() - 1);
      used = size + 1;
      cr_held_ = true;
    }
    std::memcpy(to, window.data(), size);
    to += size;
    in_.remove_prefix(used);
  }
  return static_cast<std::size_t>(to - buffer.data());
}

void ConcatSource::add_text(std::string text) {
  add(std::make_unique<OwnedText>(std::move(text)));
}

Result<std::size_t> ConcatSource::read(std::span<char> buffer) {
  for (; current_ < sources_.size(); ++current_) {
    const std::size_t got = SM_TRY(sources_[current_]->read(buffer));
    if (got > 0 || buffer.empty()) return got;
  }
  return 0;
}

Result<std::size_t> TeeSource::read(std::span<char> buffer) {
  const std::size_t got = SM_TRY(from_.read(buffer));
  SM_TRY(copy_.write({buffer.data(), got}));
  return got;
}

Result<void> LimitSink::write(std::string_view bytes) {
  if (bytes.size() > rest_) {
    rest_ = 0;
    return fail(ErrorKind::data, code_, "the limit for the size of the output is exceeded");
  }
  rest_ -= bytes.size();
  return to_.write(bytes);
}

}  // namespace sm
