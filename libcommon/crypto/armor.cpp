#include "crypto/armor.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "crypto/radix64.hpp"
#include "io/memory.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"

namespace sm {
namespace {

constexpr std::size_t chunk = 1024 * radix64_line;  // bytes that are encoded or read in one go
constexpr std::size_t max_head = 64 * 1024;         // text before a block, header line, armor headers
constexpr std::size_t max_tail = 4 * 1024;          // padding, checksum, tail line
constexpr std::string_view begin_mark = "-----BEGIN PGP ";
constexpr std::string_view end_mark = "-----END PGP ";
constexpr std::string_view dashes = "-----";
constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

// ---- names

struct KindName {
  ArmorKind kind;
  std::string_view name;
};
constexpr std::array kind_names = {
    KindName{ArmorKind::message, "MESSAGE"},
    KindName{ArmorKind::public_key, "PUBLIC KEY BLOCK"},
    KindName{ArmorKind::private_key, "PRIVATE KEY BLOCK"},
    KindName{ArmorKind::signature, "SIGNATURE"},
    KindName{ArmorKind::signed_message, "SIGNED MESSAGE"},
    KindName{ArmorKind::other, "ARMORED FILE"},
};

std::string_view name_of(ArmorKind kind) {
  return std::ranges::find(kind_names, kind, &KindName::kind)->name;
}

ArmorKind kind_of(std::string_view name) {
  const auto* found = std::ranges::find(kind_names, name, &KindName::name);
  return found == kind_names.end() ? ArmorKind::other : found->kind;
}

// ---- reading

Unexpected bad_armor(std::string_view why) {
  return fail(ErrorKind::data, "crypto.bad-armor", "damaged ASCII armor: " + std::string(why));
}

// The line that begins at `at`, without its end (LF, CRLF or CR).
struct Line {
  std::string_view text;
  std::size_t next = 0;   // where the following one begins
  bool complete = false;  // its end was there
};

Line line_at(std::string_view text, std::size_t at) {
  const std::size_t end = text.find_first_of("\r\n", at);
  if (end == std::string_view::npos) return {text.substr(at), text.size(), false};
  const bool crlf = text[end] == '\r' && end + 1 < text.size() && text[end + 1] == '\n';
  return {text.substr(at, end - at), end + (crlf ? 2 : 1), true};
}

// The name in an armor header line ("MESSAGE"), if `line` is one.
std::optional<std::string_view> header_line(std::string_view line) {
  line = trim(line);
  if (!line.starts_with(begin_mark) || line.size() <= begin_mark.size() + dashes.size() || !line.ends_with(dashes)) {
    return std::nullopt;
  }
  return line.substr(begin_mark.size(), line.size() - begin_mark.size() - dashes.size());
}

std::string_view without_byte_order_mark(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  return text;
}

// What stands before the data of a block.
struct Head {
  enum class State { found, incomplete, absent };
  State state = State::absent;
  std::string name;
  std::size_t end = 0;  // where the data begins
};

// Where the first armor header line of `text` begins and ends; npos if there is none.
struct HeaderLine {
  std::string_view name;
  std::size_t next = std::string_view::npos;
  bool complete = false;
};

HeaderLine find_header_line(std::string_view text) {
  std::size_t begin = 0;  // of a line
  for (std::size_t at = text.find(begin_mark); at != std::string_view::npos; at = text.find(begin_mark, begin)) {
    const std::size_t end_before = text.substr(begin, at - begin).find_last_of("\r\n");
    if (end_before != std::string_view::npos) begin += end_before + 1;
    const std::string_view before = without_byte_order_mark(text.substr(begin, at - begin));
    const Line line = line_at(text, at);
    const auto name = header_line(line.text);
    if (name && trim(before).empty()) return {*name, line.next, line.complete};
    begin = line.next;
  }
  return {};
}

// `end`: nothing follows `text`.
Head read_head(std::string_view text, bool end) {
  const HeaderLine header = find_header_line(text);
  Head head;
  if (header.next == std::string_view::npos) {
    if (!end) head.state = Head::State::incomplete;
    return head;
  }
  head.name = header.name;
  head.end = header.next;
  head.state = Head::State::incomplete;
  if (!header.complete && !end) return head;
  if (kind_of(head.name) == ArmorKind::signed_message) {
    head.state = Head::State::found;
    return head;
  }
  // RFC 9580 §6.2: armor headers "Key: value", then a blank line, which some writers leave out.
  while (head.end < text.size()) {
    const Line line = line_at(text, head.end);
    const bool blank = trim(line.text).empty();
    const bool data = !blank && line.text.find(':') == std::string_view::npos;
    if (!line.complete && !end) return head;
    if (data || blank) {
      if (blank) head.end = line.next;
      head.state = Head::State::found;
      return head;
    }
    head.end = line.next;
  }
  if (end) head.state = Head::State::found;
  return head;
}

// The data of a block up to its tail, in pieces.
class Body {
 public:
  explicit Body(std::string_view name) : tail_line_(std::string(end_mark) + std::string(name) + std::string(dashes)) {}

  // Takes text up to the end of the tail and appends the bytes to `out`. Returns how much was taken; less than all only
  // when done().
  Result<std::size_t> put(std::string_view text, std::string& out) {
    std::size_t taken = 0;
    if (tail_.empty()) {
      taken = std::min({text.find('='), text.find('-'), text.size()});
      const std::string_view data = text.substr(0, taken);
      const std::size_t before = out.size();
      decoder_.put(data, out);
      crc_.add(std::string_view(out).substr(before));
      if (decoder_.damaged()) return bad_armor("not base64");
      const std::size_t last = data.find_last_not_of(" \t");
      if (last != std::string_view::npos) line_begins_ = data[last] == '\n' || data[last] == '\r';
    }
    const std::size_t old = tail_.size();
    tail_ += text.substr(taken, max_tail + 1);
    if (tail_.empty()) return taken;
    const std::size_t found = tail_.find(tail_line_);
    if (found == std::string::npos) {
      if (tail_.size() > max_tail) return bad_armor("no tail line");
      return text.size();
    }
    const std::size_t end = found + tail_line_.size();
    tail_.resize(found);
    SM_TRY(close(out));
    done_ = true;
    return taken + end - old;
  }

  bool done() const { return done_; }

 private:
  // What stands between the data and the tail line: padding, a checksum.
  Result<void> close(std::string& out) {
    std::string_view rest = tail_;
    const auto is_checksum = [](std::string_view text) {
      return text.starts_with('=') && (text.size() == 5 || (text.size() > 5 && is_space(text[5]))) &&
             base64_decode(text.substr(1, 4));
    };
    const std::size_t before = out.size();
    if (!(line_begins_ && is_checksum(rest))) {
      const std::size_t padding = std::min(rest.find_first_not_of('='), rest.size());
      decoder_.put(rest.substr(0, padding), out);
      rest.remove_prefix(padding);
    }
    decoder_.finish(out);
    crc_.add(std::string_view(out).substr(before));
    if (decoder_.damaged()) return bad_armor("not base64");
    rest = trim(rest);
    if (rest.empty()) return {};
    if (!is_checksum(rest) || rest.size() != 5) return bad_armor("no checksum or tail line where it should be");
    if (base64_decode(rest.substr(1)) != crc_.value()) return bad_armor("wrong checksum");
    return {};
  }

  std::string tail_line_;
  std::string tail_;  // from the first character that is no data
  Base64Decoder decoder_;
  Crc24 crc_;
  bool line_begins_ = true;  // nothing but white space since the last line end
  bool done_ = false;
};

// ---- whole

template <class Collector>
auto armored(ArmorKind kind, std::string_view bytes, std::string_view eol) {
  Collector to;
  ArmorSink sink(to, kind, eol);
  // Memory is all that could fail, and that throws.
  (void)(sink.write(bytes) && sink.finish());
  return to.take();
}

template <class Block>
Result<std::vector<Block>> blocks_of(std::string_view text) {
  std::vector<Block> blocks;
  std::string piece;
  for (;;) {
    const Head head = read_head(text, true);
    if (head.state != Head::State::found) return blocks;
    text.remove_prefix(head.end);
    Block block{kind_of(head.name), {}};
    if (block.kind != ArmorKind::signed_message) {
      Body body(head.name);
      while (!body.done()) {
        if (text.empty()) return bad_armor("no tail line");
        piece.clear();
        text.remove_prefix(SM_TRY(body.put(text.substr(0, chunk), piece)));
        block.bytes.append(piece);
      }
    }
    blocks.push_back(std::move(block));
  }
}

}  // namespace

// ---- writing

struct ArmorSink::State {
  State(Sink& sink, ArmorKind armor_kind, std::string_view line_end) : to(sink), kind(armor_kind), eol(line_end) {
    out.reserve(chunk / 3 * 4 + chunk / 32);
    mark_line(begin_mark);
    out += eol;
  }

  void mark_line(std::string_view mark) {
    out += mark;
    out += name_of(kind);
    out += dashes;
    out += eol;
  }

  Result<void> flush() {
    SM_TRY(to.write(out));
    out.clear();
    return {};
  }

  Sink& to;
  ArmorKind kind;
  std::string eol;
  Crc24 crc;
  std::string line;  // bytes of a line that is not full yet
  std::string out;
};

ArmorSink::ArmorSink(Sink& to, ArmorKind kind, std::string_view eol) : state_(std::make_unique<State>(to, kind, eol)) {}

ArmorSink::~ArmorSink() = default;

Result<void> ArmorSink::write(std::string_view bytes) {
  State& state = *state_;
  state.crc.add(bytes);
  while (!bytes.empty()) {
    if (!state.line.empty() || bytes.size() < radix64_line) {
      const std::string_view piece = bytes.substr(0, radix64_line - state.line.size());
      state.line += piece;
      bytes.remove_prefix(piece.size());
      if (state.line.size() < radix64_line) break;
      encode_radix64_lines(state.line, state.eol, state.out);
      state.line.clear();
    } else {
      const std::string_view piece = bytes.substr(0, std::min(chunk, bytes.size() / radix64_line * radix64_line));
      encode_radix64_lines(piece, state.eol, state.out);
      bytes.remove_prefix(piece.size());
    }
    if (state.out.size() >= chunk) SM_TRY(state.flush());
  }
  return {};
}

Result<void> ArmorSink::finish() {
  State& state = *state_;
  if (!state.line.empty()) {
    state.out += base64_encode(state.line);
    state.out += state.eol;
  }
  state.out += '=';
  state.out += base64_encode(state.crc.value());
  state.out += state.eol;
  state.mark_line(end_mark);
  SM_TRY(state.flush());
  return state.to.finish();
}

std::string armor(ArmorKind kind, std::string_view bytes, std::string_view eol) {
  return armored<StringSink>(kind, bytes, eol);
}

Secret armor_secret(ArmorKind kind, std::string_view bytes, std::string_view eol) {
  return armored<SecretSink>(kind, bytes, eol);
}

// ---- reading, whole and as a stream

bool is_armored(std::string_view text) {
  text = trim(without_byte_order_mark(text));
  return header_line(line_at(text, 0).text).has_value();
}

Result<std::vector<ArmorBlock>> dearmor(std::string_view text) {
  return blocks_of<ArmorBlock>(text);
}

Result<std::vector<SecretArmorBlock>> dearmor_secret(std::string_view text) {
  return blocks_of<SecretArmorBlock>(text);
}

struct DearmorSource::State {
  explicit State(Source& source) : from(source), buffer(chunk, '\0') {}

  Result<std::string_view> fill() {
    const std::size_t count = SM_TRY(from.read(buffer));
    return std::string_view(buffer).substr(0, count);
  }

  // Reads until it is known what the stream is.
  Result<void> start() {
    std::string text;
    for (;;) {
      const std::string_view more = SM_TRY(fill());
      const bool end = more.empty();
      const bool full = text.size() + more.size() > max_head;
      text += more;
      // Bit 7 is set in the first byte of every packet and in none of armor, but in that of a byte order mark.
      const bool marked = text.starts_with(byte_order_mark) || (!end && byte_order_mark.starts_with(text));
      if (!text.empty() && (text[0] & 0x80) != 0 && !marked) break;
      if (!end && !full && more.find_first_of("\r\n") == std::string_view::npos) continue;
      const Head head = read_head(text, end);
      if (head.state == Head::State::incomplete && !full) continue;
      if (head.state == Head::State::incomplete && !head.name.empty()) return bad_armor("too many headers");
      if (head.state != Head::State::found || kind_of(head.name) == ArmorKind::signed_message) break;
      body.emplace(head.name);
      return decode(std::string_view(text).substr(head.end));
    }
    out = std::move(text);
    return {};
  }

  Result<void> decode(std::string_view text) {
    out.clear();
    position = 0;
    SM_TRY(body->put(text, out));
    return {};
  }

  // The next piece into `out`, of which nothing is left to read only at the end.
  Result<void> next() {
    if (!started) {
      started = true;
      SM_TRY(start());
    }
    while (position == out.size() && body && !body->done()) {
      const std::string_view more = SM_TRY(fill());
      if (more.empty()) return bad_armor("no tail line");
      SM_TRY(decode(more));
    }
    return {};
  }

  Source& from;
  std::string buffer;
  bool started = false;
  std::optional<Body> body;  // none: the stream passes as it is
  std::string out;
  std::size_t position = 0;
  std::optional<Error> error;
};

DearmorSource::DearmorSource(Source& from) : state_(std::make_unique<State>(from)) {}

DearmorSource::~DearmorSource() = default;

Result<std::size_t> DearmorSource::read(std::span<char> buffer) {
  State& state = *state_;
  if (buffer.empty()) return std::size_t{0};
  if (!state.error && state.position == state.out.size()) {
    if (auto next = state.next(); !next) state.error = std::move(next).error();
  }
  if (state.error) return Unexpected{*state.error};
  if (!state.body && state.position == state.out.size()) return state.from.read(buffer);
  const std::size_t count = std::min(buffer.size(), state.out.size() - state.position);
  std::copy_n(state.out.data() + state.position, count, buffer.data());
  state.position += count;
  return count;
}

}  // namespace sm
