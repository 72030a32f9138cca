#include "mime/transform.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mime/body_scan.hpp"
#include "mime/recode.hpp"
#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::size_t longest_line = 998;  // RFC 5322 §2.1.1

bool has_8bit(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; });
}

// ---- header fields

// The lines of a field with CRLF ends and no white space before them, so that unfold() says what it said before: that
// white space goes to the next line, except at the end. A CR alone and a NUL become what unfold() makes of them.
std::string clean_field(std::string_view raw, bool lone_cr) {
  std::string out;
  std::string space;
  std::string line;
  const auto end_line = [&] {
    std::size_t kept = line.size();
    while (kept > 0 && is_blank(line[kept - 1])) --kept;
    space += line.substr(kept);
    line.resize(kept);
    if (kept > 0) out.append(line).append(crlf);
    line.clear();
  };
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    const bool with_lf = c == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n';
    if (c == '\n' || with_lf || (c == '\r' && lone_cr)) {
      if (with_lf) ++i;
      end_line();
    } else {
      // What a line begins with, if not text, may be white space of the lines before.
      if (line.empty() && !space.empty()) line = std::exchange(space, {});
      if (c == '\0') {
        line += ' ';
      } else if (c != '\r') {
        line += c;
      } else if (i + 1 == raw.size() || !is_blank(raw[i + 1])) {
        line += ' ';
      }
    }
  }
  if (!line.empty()) end_line();
  return out;
}

// A field that begins "From :", as RFC 5322 §4.5 once allowed, would look like the first line of a message in an mbox.
std::string clean_named_field(const Field& field, bool lone_cr) {
  std::string out = clean_field(field.raw, lone_cr);
  if (out.starts_with("From ") && !field.name.empty()) out.erase(4, out.find(':') - 4);
  return out;
}

std::string encoding_field(Encoding encoding) {
  const std::string_view value = encoding == Encoding::base64             ? "base64"
                                 : encoding == Encoding::quoted_printable ? "quoted-printable"
                                                                          : "7bit";
  return std::string("Content-Transfer-Encoding: ").append(value).append(crlf);
}

std::string type_with_charset(const Field& field, bool lone_cr, std::string_view charset) {
  std::string out = clean_field(field.raw, lone_cr);
  out.resize(out.size() - crlf.size());
  while (out.ends_with(';')) out.pop_back();
  out.append(";\r\n charset=").append(charset);
  const Parameterized result = parse_content_type(std::string_view(out).substr(out.find(':') + 1));
  const std::string* const written = result.find("charset");
  if (result.value == "text/plain" && !result.damaged && written != nullptr && *written == charset) {
    return out.append(crlf);
  }
  // Nothing can be appended to it, as it ends inside a comment or a quoted string.
  return std::string("Content-Type: text/plain; charset=").append(charset).append(crlf);
}

std::string make_content_header(std::string_view text, bool lone_cr, bool body_8bit, bool valid_utf8) {
  const Header header = parse_header(text, lone_cr);
  std::string out;
  if (header.find("Content-Type") == nullptr) {
    const std::string_view charset = !body_8bit ? "us-ascii" : valid_utf8 ? "utf-8" : "unknown-8bit";
    out.append("Content-Type: text/plain; charset=").append(charset).append(crlf);
    if (body_8bit && header.find("Content-Transfer-Encoding") == nullptr) {
      out.append("Content-Transfer-Encoding: 8bit").append(crlf);
    }
  }
  for (const Field& field : header.fields) {
    if (field.is_content()) out += clean_field(field.raw, lone_cr);
  }
  return out;
}

// ---- sources

class ConvertedRange final : public Source {
 public:
  ConvertedRange(Document& document, Extent extent, bool lone_cr)
      : range_(document, extent), converted_(range_, Eol::crlf, lone_cr) {}
  Result<std::size_t> read(std::span<char> buffer) override { return converted_.read(buffer); }

 private:
  Range range_;
  EolSource converted_;
};

// ---- what becomes of a part

bool is_opaque(const Part& part) {
  const std::string& type = part.header.content_type.value;
  return type == "multipart/signed" || type == "multipart/encrypted" || type == "application/pkcs7-mime" ||
         type == "application/x-pkcs7-mime";
}

// RFC 2045 §6.4: no encoding but the identities; RFC 6532 §3.7 lifts that for message/global and its kin.
bool is_composite(const Part& part) {
  const std::string& type = part.header.content_type.value;
  return type.starts_with("multipart/") || (type.starts_with("message/") && !type.starts_with("message/global"));
}

bool is_text(const Part& part) {
  return part.header.content_type.value.starts_with("text/");
}

bool is_fragile(const Part& part) {
  return part.has_8bit || part.has_nul || part.has_lone_cr || part.has_trailing_space || part.has_leading_from ||
         part.longest_line > longest_line;
}

enum class Form {
  lines,            // as it is, with CRLF
  encoded_text,     // quoted-printable
  encoded_lines,    // base64 of the lines with CRLF
  encoded_bytes,    // base64 of the very bytes
  repaired_text,    // was and will be quoted-printable
  repaired_base64,  // was and will be base64
};

Form form_of_leaf(const Part& part) {
  const bool fragile = is_fragile(part);
  switch (part.header.encoding) {
    case Encoding::unknown:
      return Form::lines;
    case Encoding::quoted_printable:
      return fragile ? Form::repaired_text : Form::lines;
    case Encoding::base64:
      return fragile ? Form::repaired_base64 : Form::lines;
    case Encoding::binary:
      // A bare LF is data there, and a CRLF must stay one.
      if (is_composite(part)) return Form::lines;
      return fragile || part.has_bare_line_end ? Form::encoded_bytes : Form::lines;
    case Encoding::identity:
      break;
  }
  if (!fragile || is_composite(part)) return Form::lines;
  // 7bit and 8bit data have no NUL, and CR and LF only as the end of a line (RFC 2045 §2.7, §2.8): what has, is binary
  // data under a wrong name, UTF-16 for example, and keeps its bytes. The rest are lines, whose end is CRLF wherever it
  // is not stored.
  if (part.has_nul) return Form::encoded_bytes;
  if (is_text(part)) return Form::encoded_text;
  return part.has_lone_cr || part.has_bare_lf_and_crlf ? Form::encoded_bytes : Form::encoded_lines;
}

struct HeaderEdit {
  std::optional<Encoding> encoding;  // to be named; identity is 7bit
  std::string_view charset;          // to be added
};

// Drops what mbox tools left in the header of a part, with its continuations.
std::string edited_header(std::string_view text, bool lone_cr, const HeaderEdit& edit) {
  const Header header = parse_header(text, lone_cr);
  const bool has_encoding = header.find("Content-Transfer-Encoding") != nullptr;
  const Field* const type = header.find("Content-Type");
  std::string out;
  bool encoding_written = false;
  bool dropping = false;
  for (const Field& field : header.fields) {
    if (field.name.empty()) {
      dropping = field.raw.starts_with("From ") || (dropping && is_blank(field.raw.front()));
      if (!dropping) out += clean_field(field.raw, lone_cr);
      continue;
    }
    dropping = false;
    if (edit.encoding && field.is("Content-Transfer-Encoding")) {
      if (!encoding_written) out += encoding_field(*edit.encoding);
      encoding_written = true;
    } else if (&field == type) {
      out += edit.charset.empty() ? clean_field(field.raw, lone_cr) : type_with_charset(field, lone_cr, edit.charset);
      if (edit.encoding && !has_encoding) out += encoding_field(*edit.encoding);
    } else {
      out += clean_named_field(field, lone_cr);
    }
  }
  if (type == nullptr) {
    if (!edit.charset.empty()) {
      out.append("Content-Type: text/plain; charset=").append(edit.charset).append(crlf);
    }
    if (edit.encoding && !has_encoding) out += encoding_field(*edit.encoding);
  }
  return out;
}

}  // namespace

std::string content_header(const Outline& outline) {
  const Part& root = outline.parts.front();
  return make_content_header(outline.header, outline.lone_cr, root.has_8bit, root.valid_utf8);
}

// ---- SevenBit

struct SevenBit::Plan {
  struct Segment {
    enum class Kind { header, body, delimiter, closing } kind;
    int part;
    Extent extent;  // of a body; of a delimiter where it stood
    Form form = Form::lines;
  };

  class Reader;

  Document& document;
  const Outline& outline;
  std::string root_header;
  std::vector<Segment> segments;
  std::vector<HeaderEdit> edits;  // of each part
  std::vector<Finding> findings;

  Plan(Document& from, const Outline& made)
      : document(from), outline(made), root_header(content_header(made)), edits(made.parts.size()) {
    plan_part(0);
  }

  const Part& part(int number) const { return outline.parts[static_cast<std::size_t>(number)]; }
  HeaderEdit& edit(int number) { return edits[static_cast<std::size_t>(number)]; }

  void find(std::string_view code, int number) {
    if (findings.size() < 100) findings.push_back({std::string(code), number, part(number).whole.begin});
  }

  void add_body(int number, Extent extent, Form form) {
    if (extent.size() > 0) segments.push_back({Segment::Kind::body, number, extent, form});
  }

  // Whether 8bit is left in what the part becomes.
  bool plan_part(int number) {
    const Part& it = part(number);
    // A binary body would not survive as it is: it alone is encoded, which leaves what is in it whole.
    const bool binary_leaf = it.header.kind == PartKind::leaf && it.header.encoding == Encoding::binary;
    if (is_opaque(it) && !binary_leaf) return plan_opaque(number);
    segments.push_back({Segment::Kind::header, number, it.header_bytes});
    const bool header_8bit = number == 0 ? has_8bit(root_header) : it.header_8bit;
    if (header_8bit) find("mime.header-8bit", number);
    bool left = header_8bit;
    switch (it.header.kind) {
      case PartKind::leaf:
        left |= plan_leaf(number);
        break;
      case PartKind::message:
        for (const int child : it.children) left |= plan_part(child);
        break;
      case PartKind::multipart:
        left |= plan_multipart(number);
        break;
    }
    // A relay without 8BITMIME converts by what the field says (RFC 6152 §3).
    if (!left && !edit(number).encoding && it.header.names_8bit) edit(number).encoding = Encoding::identity;
    return left;
  }

  bool plan_opaque(int number) {
    const Part& it = part(number);
    if (number == 0) {
      segments.push_back({Segment::Kind::header, number, it.header_bytes});
      add_body(number, it.body, Form::lines);
      return report_kept(number, has_8bit(root_header));
    }
    add_body(number, it.whole, Form::lines);
    return report_kept(number, it.header_8bit);
  }

  // What stays as it is though a signature would want it otherwise. Returns whether there is 8bit in it.
  bool report_kept(int number, bool header_8bit) {
    bool left = header_8bit;
    bool fragile = false;
    // Parts are numbered in the order in which they appear: the parts inside are a run.
    const auto inside = [&](int i) { return i == number || part(i).depth > part(number).depth; };
    for (int i = number; i < static_cast<int>(outline.parts.size()) && inside(i); ++i) {
      left |= part(i).has_8bit || part(i).has_nul || (i != number && part(i).header_8bit);
      fragile |= is_fragile(part(i));
    }
    if (left) {
      find("mime.opaque-8bit", number);
    } else if (fragile) {
      find("mime.opaque-fragile", number);
    }
    return left;
  }

  bool plan_leaf(int number) {
    const Part& it = part(number);
    const Form form = form_of_leaf(it);
    add_body(number, it.body, form);
    HeaderEdit& header = edit(number);
    switch (form) {
      case Form::lines:
        return report_kept(number, false);
      case Form::encoded_text:
        header.encoding = Encoding::quoted_printable;
        break;
      case Form::encoded_lines:
      case Form::encoded_bytes:
        header.encoding = Encoding::base64;
        break;
      case Form::repaired_text:
      case Form::repaired_base64:
        return false;
    }
    const PartHeader& says = it.header;
    const bool named = says.content_type.find("charset") != nullptr || (number == 0 && !says.has_content_type);
    if (it.has_8bit && says.content_type.value == "text/plain" && !named) {
      header.charset = it.valid_utf8 ? "utf-8" : "unknown-8bit";
    }
    return false;
  }

  bool plan_multipart(int number) {
    const Part& it = part(number);
    // Without a part in it, or with parts that were not told apart, all of it is content that must not be lost.
    if (it.children.empty() || it.cut) {
      add_body(number, it.body, Form::lines);
      return report_kept(number, false);
    }
    bool left = false;
    const bool keep_text = !is_fragile(it);
    const Extent preamble{it.body.begin, part(it.children.front()).delimiter.begin};
    const Extent epilogue{it.closing.end, it.closed ? it.body.end : it.closing.end};
    if (keep_text) {
      add_body(number, preamble, Form::lines);
    } else {
      find("mime.text-dropped", number);
    }
    for (const int child : it.children) {
      segments.push_back({Segment::Kind::delimiter, number, part(child).delimiter});
      left |= plan_part(child);
    }
    if (!it.closed) find("mime.closing-added", number);
    segments.push_back({Segment::Kind::closing, number, it.closing});
    if (keep_text) add_body(number, epilogue, Form::lines);
    return left;
  }

  // Boundaries whose delimiters would be seen in the body of `number`.
  std::vector<std::string> boundaries_around(int number) const {
    std::vector<std::string> result;
    for (int parent = part(number).parent; parent >= 0; parent = part(parent).parent) {
      if (part(parent).header.kind == PartKind::multipart) result.push_back(part(parent).header.boundary);
    }
    return result;
  }

  std::unique_ptr<Source> open_body(const Segment& segment) const {
    auto lines = [&] { return std::make_unique<ConvertedRange>(document, segment.extent, outline.lone_cr); };
    auto bytes = [&] { return std::make_unique<Range>(document, segment.extent); };
    switch (segment.form) {
      case Form::lines:
        break;
      case Form::encoded_text:
        return recode(lines(), QuotedPrintableCoder(boundaries_around(segment.part)));
      case Form::encoded_lines:
        return recode(lines(), Base64Coder());
      case Form::encoded_bytes:
        return recode(bytes(), Base64Coder());
      case Form::repaired_text:
        return recode(lines(), QuotedPrintableRepair(boundaries_around(segment.part)));
      case Form::repaired_base64:
        return recode(bytes(), Base64Repair());
    }
    return lines();
  }

  template <class Coder>
  static std::unique_ptr<Source> recode(std::unique_ptr<Source> from, Coder coder) {
    return std::make_unique<RecodedSource<Coder>>(std::move(from), std::move(coder));
  }

  // A segment of text.
  Result<std::string> text(const Segment& segment, std::string_view extra_header, bool at_line_start) const {
    const std::string& boundary = part(segment.part).header.boundary;
    std::string out;
    if (segment.kind == Segment::Kind::header) {
      const HeaderEdit& edit = edits[static_cast<std::size_t>(segment.part)];
      if (segment.part == 0) {
        out = edited_header(root_header, false, edit).append(extra_header);
      } else {
        const std::string header = SM_TRY(document.text(segment.extent, limits::header_bytes));
        out = edited_header(header, outline.lone_cr, edit);
      }
      return out.append(crlf);
    }
    // A delimiter right after a header has no line end of its own; one that is added always gets one, so that the body
    // before keeps its last.
    char first = '\n';
    if (segment.extent.size() > 0) SM_TRY(document.read_at(segment.extent.begin, {&first, 1}));
    if (first != '-' || !at_line_start) out += crlf;
    out.append("--").append(boundary).append(segment.kind == Segment::Kind::closing ? "--" : crlf);
    return out;
  }
};

class SevenBit::Plan::Reader final : public Source {
 public:
  Reader(const Plan& plan, std::string_view extra_header) : plan_(plan), extra_header_(extra_header) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return 0;
    for (;;) {
      std::size_t size = text_.copy(buffer.data(), buffer.size(), position_);
      position_ += size;
      if (size == 0 && body_) size = SM_TRY(body_->read(buffer));
      if (size > 0) {
        at_line_start_ = buffer[size - 1] == '\n';
        return size;
      }
      body_.reset();
      if (next_ == plan_.segments.size()) return 0;
      const Segment& segment = plan_.segments[next_];
      text_.clear();
      position_ = 0;
      if (segment.kind == Segment::Kind::body) {
        body_ = plan_.open_body(segment);
      } else {
        text_ = SM_TRY(plan_.text(segment, extra_header_, at_line_start_));
      }
      ++next_;
    }
  }

 private:
  const Plan& plan_;
  std::string extra_header_;
  std::size_t next_ = 0;
  std::string text_;
  std::size_t position_ = 0;
  std::unique_ptr<Source> body_;
  bool at_line_start_ = true;
};

SevenBit::SevenBit(Document& document, const Outline& outline) : plan_(std::make_unique<Plan>(document, outline)) {}
SevenBit::~SevenBit() = default;

std::unique_ptr<Source> SevenBit::open(std::string_view extra_header) {
  return std::make_unique<Plan::Reader>(*plan_, extra_header);
}

const std::vector<Finding>& SevenBit::findings() const {
  return plan_->findings;
}

// ---- CanonicalEntity

struct CanonicalEntity::State {
  explicit State(Source& source) : tokenizer(source) {}

  // Bytes of the body that are of one kind: of binary leaves, or all others.
  class Run final : public Source {
   public:
    Run(State& state, bool binary) : state_(state), binary_(binary) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      if (!SM_TRY(state_.more()) || state_.binary != binary_) return 0;
      const std::size_t size = state_.rest.copy(buffer.data(), buffer.size());
      state_.rest.remove_prefix(size);
      return size;
    }

   private:
    State& state_;
    bool binary_;
  };

  class Body final : public Source {
   public:
    explicit Body(State& state) : state_(state) {}
    Result<std::size_t> read(std::span<char> buffer) override {
      if (buffer.empty()) return 0;
      for (;;) {
        if (run_) {
          const std::size_t got = SM_TRY(converted_ ? converted_->read(buffer) : run_->read(buffer));
          if (got > 0) return got;
          converted_.reset();
          run_.reset();
        }
        if (!SM_TRY(state_.more())) return 0;
        run_.emplace(state_, state_.binary);
        if (!state_.binary) converted_.emplace(*run_, Eol::crlf, state_.eol() == Eol::cr);
      }
    }

   private:
    State& state_;
    std::optional<Run> run_;
    std::optional<EolSource> converted_;
  };

  // Makes `rest` something, unless the message is over.
  Result<bool> more() {
    while (rest.empty() && !ended) {
      const Token token = SM_TRY(tokenizer.next());
      ended = token.kind == Token::Kind::end;
      if (token.kind == Token::Kind::separator) leaf_is_binary = token.header->encoding == Encoding::binary;
      binary = token.kind == Token::Kind::body && leaf_is_binary;
      rest = token.raw;
    }
    return !rest.empty();
  }

  Result<void> begin(const std::string& spool_directory) {
    bool has_type = false;
    for (bool in_header = true; in_header;) {
      const Token token = SM_TRY(tokenizer.next());
      if (token.kind == Token::Kind::mbox_line) mbox_line = token.raw;
      if (token.kind == Token::Kind::header) header += token.raw;
      if (token.kind == Token::Kind::separator) {
        has_type = token.header->has_content_type;
        leaf_is_binary = token.header->encoding == Encoding::binary;
        in_header = false;
      }
    }
    if (header.empty() && !SM_TRY(more())) {
      return fail(ErrorKind::data, "mime.empty", "the message is empty");
    }
    BodyScan scan;
    if (!has_type) {
      Spool spool(spool_directory);
      while (SM_TRY(more())) {
        scan.put(rest, eol() == Eol::cr);
        SM_TRY(spool.write(rest));
        rest = {};
      }
      scan.finish();
      SM_TRY(spool.finish());
      spooled.emplace(Document::from_spool(std::move(spool)));
    }
    content_header = make_content_header(header, eol() == Eol::cr, scan.has_8bit(), scan.valid_utf8());
    return {};
  }

  Eol eol() const { return tokenizer.first_eol(); }

  Tokenizer tokenizer;
  std::string mbox_line;
  std::string header;
  std::string content_header;
  std::optional<Document> spooled;  // the body of a message without Content-Type

  std::string_view rest;  // of the present token
  bool binary = false;    // what `rest` is
  bool leaf_is_binary = false;
  bool ended = false;

  ConcatSource entity;
};

CanonicalEntity::CanonicalEntity(std::unique_ptr<State> state) : state_(std::move(state)) {}
CanonicalEntity::CanonicalEntity(CanonicalEntity&&) noexcept = default;
CanonicalEntity::~CanonicalEntity() = default;

Result<CanonicalEntity> CanonicalEntity::begin(Source& source, const std::string& spool_directory) {
  auto state = std::make_unique<State>(source);
  SM_TRY(state->begin(spool_directory));
  return CanonicalEntity(std::move(state));
}

const std::string& CanonicalEntity::mbox_line() const {
  return state_->mbox_line;
}

const std::string& CanonicalEntity::header() const {
  return state_->header;
}

Eol CanonicalEntity::eol() const {
  return state_->eol();
}

const std::string& CanonicalEntity::content_header() const {
  return state_->content_header;
}

Source& CanonicalEntity::entity(std::string content_header) {
  State& state = *state_;
  state.entity.add_text(std::move(content_header.append(crlf)));
  if (!state.spooled) {
    state.entity.add(std::make_unique<State::Body>(state));
  } else if (state.leaf_is_binary) {
    state.entity.add(std::make_unique<Range>(*state.spooled, state.spooled->all()));
  } else {
    state.entity.add(std::make_unique<ConvertedRange>(*state.spooled, state.spooled->all(), state.eol() == Eol::cr));
  }
  return state.entity;
}

}  // namespace sm::mime
