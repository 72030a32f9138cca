#include "mime/tokenizer.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::size_t buffer_size = 128 * 1024;
// A line is judged by this much of its beginning: a delimiter with its padding, or the name of a field, is not longer.
constexpr std::size_t look_ahead = 4096;
static_assert(buffer_size > 2 * look_ahead && buffer_size <= limits::line_bytes);

// RFC 2046 §5.1.1 allows 70; mail with longer ones exists.
constexpr std::size_t standard_boundary = 70;
constexpr std::size_t longest_boundary = 1000;
static_assert(longest_boundary + 8 < look_ahead);

// Of one part, so that 10,000 parts stay small.
constexpr std::size_t parameter_bytes = 2048;
constexpr std::size_t most_findings = 100;

// RFC 5322 §3.6.8 and §4.5: a name of printable characters, perhaps white space, a colon.
bool begins_field(std::string_view line) {
  std::size_t i = 0;
  while (i < line.size() && line[i] > ' ' && line[i] <= '~' && line[i] != ':') ++i;
  if (i == 0) return false;
  while (i < line.size() && is_blank(line[i])) ++i;
  return i < line.size() && line[i] == ':';
}

// White space after it, and a line end within it by a strange folding, can't be on a delimiter line.
std::string usable_boundary(std::string_view parameter) {
  while (!parameter.empty() && is_space(parameter.back())) parameter.remove_suffix(1);
  const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  if (parameter.size() > longest_boundary || std::ranges::any_of(parameter, is_control)) return {};
  return std::string(parameter);
}

}  // namespace

struct Tokenizer::State {
  enum class Step { start, begin_part, header, content, delimiter, finish };
  enum class Phase { header, inside, epilogue, over_limit };

  struct Frame {
    int number = 0;
    Phase phase = Phase::header;
    PartHeader header;
  };

  // A delimiter line, without the line end before it.
  struct Match {
    std::size_t frame = 0;
    std::size_t length = 0;  // 0: none; without its own line end
    std::size_t line_end = 0;
    bool closing = false;
  };

  struct LineEnd {
    std::size_t at = 0;
    std::size_t length = 0;  // 0: there is none in the buffer
    std::size_t next() const { return at + length; }
  };

  State(Source& from, bool entity)
      : source(from), buffer(std::make_unique_for_overwrite<char[]>(buffer_size)), whole_message(!entity) {
    frames.reserve(limits::mime_depth + 1);  // Token::header points into it
  }

  Source& source;
  std::unique_ptr<char[]> buffer;
  std::size_t begin = 0;
  std::size_t end = 0;
  bool source_ended = false;
  std::uint64_t offset = 0;  // of `begin` in the input

  bool whole_message;
  std::optional<Eol> eol;
  bool mbox = false;
  Step step = Step::start;
  std::vector<Frame> frames;
  std::size_t watched = 0;  // multiparts whose delimiters are looked for
  int parts = 0;
  bool at_line_start = true;
  bool digest_default = false;  // of the part that is about to begin

  std::string header_text;
  std::uint64_t header_offset = 0;
  bool in_header_line = false;  // the rest of a long line follows
  bool field_seen = false;

  Match match;  // what Step::delimiter works on
  std::vector<Finding> findings;
  std::optional<Error> failure;

  std::string_view view() const { return {buffer.get() + begin, end - begin}; }
  std::string_view view_from(std::size_t at) const { return {buffer.get() + at, end - at}; }
  bool lone_cr() const { return eol == Eol::cr; }

  // Makes `size` bytes available, or all that there are. Reads until the buffer is full, so that tokens don't depend on
  // the source's pieces.
  Result<void> ensure(std::size_t size) {
    if (end - begin >= size || source_ended) return {};
    if (begin > 0) {
      std::memmove(buffer.get(), buffer.get() + begin, end - begin);
      end -= begin;
      begin = 0;
    }
    while (end < buffer_size) {
      const std::size_t got = SM_TRY(source.read({buffer.get() + end, buffer_size - end}));
      if (got == 0) {
        source_ended = true;
        break;
      }
      end += got;
    }
    return {};
  }

  // The first line end at or after `from`. A CR that is the last byte of the buffer is one only if nothing follows.
  LineEnd find_line_end(std::size_t from) {
    const std::string_view text = view_from(from);
    if (eol && *eol != Eol::cr) {
      const std::size_t lf = text.find('\n');
      if (lf == std::string_view::npos) return {};
      if (lf > 0 && text[lf - 1] == '\r') return {from + lf - 1, 2};
      return {from + lf, 1};
    }
    std::size_t i = 0;
    while (i < text.size() && text[i] != '\n' && text[i] != '\r') ++i;
    if (i == text.size() || (text[i] == '\r' && i + 1 == text.size() && !source_ended)) return {};
    if (text[i] == '\n') {
      if (!eol) eol = Eol::lf;
      return {from + i, 1};
    }
    const bool crlf = text.substr(i).starts_with("\r\n");
    if (!eol) eol = crlf ? Eol::crlf : Eol::cr;
    return {from + i, crlf ? std::size_t{2} : std::size_t{1}};
  }

  // How much of a line without an end in the buffer may be given out: not a last CR whose LF may follow.
  std::size_t piece_end() const { return !source_ended && buffer[end - 1] == '\r' ? end - 1 : end; }

  // RFC 2046 §5.1.1: "--", the boundary, white space to the line end. The whole line counts: one boundary may begin
  // with another.
  Match match_delimiter(std::size_t at) const {
    const std::string_view line = view_from(at).substr(0, look_ahead);
    if (watched == 0 || !line.starts_with("--")) return {};
    for (std::size_t i = frames.size(); i-- > 0;) {
      const Frame& frame = frames[i];
      if (!is_watched(frame) || !line.substr(2).starts_with(frame.header.boundary)) continue;
      const std::size_t after = 2 + frame.header.boundary.size();
      if (const auto found = match_rest(line, after)) return {i, found->first, found->second, false};
      if (!line.substr(after).starts_with("--")) continue;
      if (const auto found = match_rest(line, after + 2)) return {i, found->first, found->second, true};
    }
    return {};
  }

  // Length of the line and of its line end, if from `at` there is only white space.
  std::optional<std::pair<std::size_t, std::size_t>> match_rest(std::string_view line, std::size_t at) const {
    while (at < line.size() && is_blank(line[at])) ++at;
    const std::string_view rest = line.substr(at);
    if (rest.starts_with("\r\n")) return std::pair{at, std::size_t{2}};
    if (rest.starts_with('\n') || (lone_cr() && rest.starts_with('\r'))) return std::pair{at, std::size_t{1}};
    if (rest.empty() && source_ended && line.size() < look_ahead) return std::pair{at, std::size_t{0}};
    return std::nullopt;
  }

  static bool is_watched(const Frame& frame) {
    return frame.header.kind == PartKind::multipart &&
           (frame.phase == Phase::inside || frame.phase == Phase::over_limit);
  }

  void find(std::string_view code, std::uint64_t at) {
    if (findings.size() < most_findings) findings.push_back({std::string(code), frames.back().number, at});
  }

  Token make(Token::Kind kind, std::size_t frame) const {
    Token token;
    token.kind = kind;
    token.part = frames[frame].number;
    token.parent = frame > 0 ? frames[frame - 1].number : -1;
    token.depth = static_cast<int>(frame);
    token.offset = offset;
    return token;
  }

  // A token of the innermost part with the bytes up to `to`, which are consumed.
  Token take(Token::Kind kind, std::size_t to) {
    Token token = make(kind, frames.size() - 1);
    token.raw = {buffer.get() + begin, to - begin};
    offset += to - begin;
    begin = to;
    return token;
  }

  Token begin_part() {
    frames.push_back({});
    frames.back().number = parts++;
    header_text.clear();
    header_offset = offset;
    in_header_line = false;
    field_seen = false;
    step = Step::header;
    return make(Token::Kind::part_begin, frames.size() - 1);
  }

  Token end_part() {
    if (is_watched(frames.back())) {
      find("mime.unclosed", offset);
      --watched;
    }
    const Token token = make(Token::Kind::part_end, frames.size() - 1);
    frames.pop_back();
    return token;
  }

  // A line among the fields that mbox tools leave there.
  bool is_from_line(std::string_view line) const {
    const bool expected = field_seen || (frames.size() == 1 && mbox) ||
                          (frames.size() > 1 && frames[frames.size() - 2].header.kind == PartKind::message);
    return expected && (line.starts_with("From ") || line.starts_with(">From "));
  }

  Result<Token> next_header() {
    SM_TRY(ensure(look_ahead));
    if (begin == end) return end_header(begin);
    if (!in_header_line) {
      if (match_delimiter(begin).length > 0) return end_header(begin);
      const LineEnd line_end = find_line_end(begin);
      if (line_end.length > 0 && line_end.at == begin) return end_header(line_end.next());
      const std::string_view line = view().substr(0, look_ahead);
      const bool field = begins_field(line);
      if (!field && !is_blank(line.front()) && !is_from_line(line)) {
        find("mime.header-end", offset);
        return end_header(begin);
      }
      field_seen = field_seen || field;
    }
    const LineEnd line_end = find_line_end(begin);
    const std::size_t to = line_end.length > 0 ? line_end.next() : piece_end();
    in_header_line = line_end.length == 0;
    if (header_text.size() + (to - begin) > limits::header_bytes) {
      return fail(ErrorKind::data, "mime.header-too-long",
                  "a header is longer than " + std::to_string(limits::header_bytes) + " bytes");
    }
    header_text.append(buffer.get() + begin, to - begin);
    return take(Token::Kind::header, to);
  }

  Token end_header(std::size_t separator_end) {
    Frame& frame = frames.back();
    read_header(frame);
    frame.phase = Phase::inside;
    at_line_start = true;
    if (frame.header.kind == PartKind::multipart) ++watched;
    digest_default = false;
    step = frame.header.kind == PartKind::message ? Step::begin_part : Step::content;
    Token token = take(Token::Kind::separator, separator_end);
    token.header = &frame.header;
    return token;
  }

  void read_header(Frame& frame) {
    const Header header = parse_header(header_text, lone_cr());
    PartHeader& result = frame.header;
    if (header.strays > 0) find("mime.header-stray", header_offset);
    if (header.count("Content-Type") > 1) find("mime.content-type-repeated", header_offset);
    if (header.count("Content-Transfer-Encoding") > 1) find("mime.encoding-repeated", header_offset);
    if (const Field* const field = header.find("Content-Type")) {
      result.has_content_type = true;
      result.content_type = parse_content_type(field->body);
      if (result.content_type.value.empty() || result.content_type.damaged) find("mime.content-type", header_offset);
      if (result.content_type.repeated) find("mime.parameter-repeated", header_offset);
    }
    if (const Field* const field = header.find("Content-Transfer-Encoding")) {
      result.encoding = parse_encoding(field->body);
      result.names_8bit =
          result.encoding == Encoding::binary ||
          (result.encoding == Encoding::identity && lower(unfold(field->body)).find("8bit") != std::string::npos);
      if (result.encoding == Encoding::unknown) find("mime.encoding", header_offset);
    }
    std::string& type = result.content_type.value;
    // RFC 2045 §5.2, RFC 2046 §5.1.5
    if (type.empty()) type = digest_default ? "message/rfc822" : "text/plain";

    const bool identity = result.encoding == Encoding::identity || result.encoding == Encoding::binary;
    if (type.starts_with("multipart/")) {
      read_multipart(result, identity);
    } else if (type == "message/rfc822" || type == "message/global") {
      // RFC 6532 §3.7 allows message/global an encoding, RFC 2046 §5.2.1 message/rfc822 none: it is not looked into,
      // either way.
      if (identity) result.kind = PartKind::message;
      if (!identity && type == "message/rfc822") find("mime.message-encoding", header_offset);
    }
    if (result.kind != PartKind::leaf && frames.size() > limits::mime_depth) {
      find("mime.depth", header_offset);
      result.kind = PartKind::leaf;
    }
    if (result.kind != PartKind::leaf && parts >= limits::mime_parts) {
      find("mime.parts", header_offset);
      result.kind = PartKind::leaf;
    }
    drop_long_parameters(result.content_type);
  }

  void read_multipart(PartHeader& result, bool identity) {
    const std::string* const parameter = result.content_type.find("boundary");
    if (parameter != nullptr) result.boundary = usable_boundary(*parameter);
    if (result.boundary.empty()) {
      find("mime.boundary", header_offset);
    } else if (!identity) {
      // RFC 2045 §6.4
      find("mime.multipart-encoding", header_offset);
    } else {
      if (result.boundary.size() > standard_boundary) find("mime.boundary-length", header_offset);
      result.kind = PartKind::multipart;
    }
  }

  void drop_long_parameters(Parameterized& value) {
    std::size_t rest = parameter_bytes;
    const auto too_long = [&](const auto& parameter) {
      const std::size_t size = parameter.first.size() + parameter.second.size();
      // What marks a protected header (RFC 9788) must be seen whatever stands before it.
      if (size < 32 && (parameter.first == "hp" || parameter.first == "protected-headers")) return false;
      if (size > rest) return true;
      rest -= size;
      return false;
    };
    if (std::erase_if(value.parameters, too_long) > 0) {
      value.damaged = true;
      find("mime.parameters-too-long", header_offset);
    }
    if (value.value.size() > parameter_bytes) {
      value.value.resize(parameter_bytes);
      value.damaged = true;
    }
  }

  Result<Token> next_content() {
    const Token::Kind kind = frames.back().header.kind == PartKind::multipart ? Token::Kind::text : Token::Kind::body;
    // Room for a line end before a line that is looked at.
    SM_TRY(ensure(look_ahead + 2));
    if (begin == end) {
      step = Step::finish;
      return Token{};
    }
    if (watched == 0) {
      if (!eol) find_line_end(begin);
      return take(kind, eol ? end : piece_end());
    }
    if (at_line_start) {
      at_line_start = false;
      match = match_delimiter(begin);
      if (match.length > 0) {
        step = Step::delimiter;
        return Token{};
      }
    }
    for (std::size_t from = begin;;) {
      const LineEnd line_end = find_line_end(from);
      if (line_end.length == 0) return take(kind, piece_end());
      if (line_end.next() + look_ahead > end && !source_ended && line_end.at > begin) return take(kind, line_end.at);
      match = match_delimiter(line_end.next());
      if (match.length > 0) {
        if (line_end.at > begin) return take(kind, line_end.at);
        match.length += line_end.length;
        step = Step::delimiter;
        return Token{};
      }
      from = line_end.next();
    }
  }

  // Ends the parts inside the multipart whose delimiter it is, then gives the delimiter out.
  Token next_delimiter() {
    if (frames.size() > match.frame + 1) return end_part();
    Frame& frame = frames.back();
    at_line_start = true;
    if (match.closing) {
      frame.phase = Phase::epilogue;
      --watched;
      at_line_start = false;
      step = Step::content;
      Token token = take(Token::Kind::delimiter, begin + match.length);
      token.closing = true;
      return token;
    }
    const std::size_t to = begin + match.length + match.line_end;
    if (parts >= limits::mime_parts) {
      if (frame.phase != Phase::over_limit) find("mime.parts", offset);
      frame.phase = Phase::over_limit;
      step = Step::content;
      return take(Token::Kind::text, to);
    }
    digest_default = frame.header.content_type.value == "multipart/digest";
    step = Step::begin_part;
    return take(Token::Kind::delimiter, to);
  }

  Result<Token> next() {
    for (;;) {
      switch (step) {
        case Step::start: {
          SM_TRY(ensure(look_ahead));
          step = Step::begin_part;
          const LineEnd line_end = find_line_end(begin);
          const std::string_view line = view().substr(0, look_ahead);
          mbox = whole_message && line.starts_with("From ") && line_end.length > 0 && line_end.at < look_ahead &&
                 !begins_field(line.substr(0, line_end.at));
          if (!mbox) break;
          Token token;
          token.kind = Token::Kind::mbox_line;
          token.raw = {buffer.get(), line_end.next()};
          begin = line_end.next();
          offset = begin;
          return token;
        }
        case Step::begin_part:
          return begin_part();
        case Step::header:
          return next_header();
        case Step::content: {
          const Token token = SM_TRY(next_content());
          if (step == Step::content) return token;
          break;
        }
        case Step::delimiter:
          return next_delimiter();
        case Step::finish: {
          if (!frames.empty()) return end_part();
          Token token;
          token.offset = offset;
          return token;
        }
      }
    }
  }
};

Tokenizer::Tokenizer(Source& source, bool entity) : state_(std::make_unique<State>(source, entity)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Result<Token> Tokenizer::next() {
  if (state_->failure) return Unexpected{*state_->failure};
  auto token = state_->next();
  if (!token) state_->failure = token.error();
  return token;
}

Eol Tokenizer::first_eol() const {
  return state_->eol.value_or(Eol::lf);
}

const std::vector<Finding>& Tokenizer::findings() const {
  return state_->findings;
}

}  // namespace sm::mime
