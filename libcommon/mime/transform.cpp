#include "mime/transform.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mime/entity_header.hpp"
#include "mime/recode.hpp"
#include "text/ascii.hpp"

namespace sm::mime {
namespace {

constexpr std::string_view crlf = "\r\n";

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

}  // namespace

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
    bool left = false;
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
    if (it.header_8bit && keeps_header_8bit(number)) {
      find("mime.header-8bit", number);
      left = true;
    }
    // A relay without 8BITMIME converts by what the field says (RFC 6152 §3).
    if (!left && !edit(number).encoding && it.header.names_8bit) edit(number).encoding = Encoding::identity;
    return left;
  }

  // A field that is replaced may have been all there was.
  bool keeps_header_8bit(int number) const {
    const auto header = text({Segment::Kind::header, number, part(number).header_bytes}, Protection::none, {}, true);
    return !header || has_8bit(*header);
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

  // Not where the closing delimiter would be taken for one of a multipart inside that keeps no end.
  bool can_be_closed(int number) const {
    const std::string& boundary = part(number).header.boundary;
    for (int i = number + 1; i < static_cast<int>(outline.parts.size()) && part(i).depth > part(number).depth; ++i) {
      const std::string& inner = part(i).header.boundary;
      if (part(i).closed || (inner != boundary && inner != boundary + "--")) continue;
      bool kept = part(i).children.empty() || part(i).cut;
      for (int around = i; around != number; around = part(around).parent) kept |= is_opaque(part(around));
      if (kept) return false;
    }
    return true;
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
    if (it.closed || can_be_closed(number)) {
      if (!it.closed) find("mime.closing-added", number);
      segments.push_back({Segment::Kind::closing, number, it.closing});
    }
    if (keep_text) add_body(number, epilogue, Form::lines);
    return left;
  }

  std::unique_ptr<Source> open_body(const Segment& segment) const {
    auto lines = [&] { return std::make_unique<ConvertedRange>(document, segment.extent, outline.lone_cr); };
    auto bytes = [&] { return std::make_unique<Range>(document, segment.extent); };
    switch (segment.form) {
      case Form::lines:
        break;
      case Form::encoded_text:
        return recode(lines(), QuotedPrintableCoder(boundaries_around(outline, segment.part)));
      case Form::encoded_lines:
        return recode(lines(), Base64Coder());
      case Form::encoded_bytes:
        return recode(bytes(), Base64Coder());
      case Form::repaired_text:
        return recode(lines(), QuotedPrintableRepair(boundaries_around(outline, segment.part)));
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
  Result<std::string> text(const Segment& segment, Protection protection, std::string_view extra_header,
                           bool at_line_start) const {
    const std::string& boundary = part(segment.part).header.boundary;
    std::string out;
    if (segment.kind == Segment::Kind::header) {
      const HeaderEdit& edit = edits[static_cast<std::size_t>(segment.part)];
      if (segment.part == 0) {
        out = edited_header(root_header, false, edit);
        if (protection != Protection::none) out = marked_header(out, protection);
        out.append(extra_header);
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
  Reader(const Plan& plan, Protection protection, std::string_view extra_header)
      : plan_(plan), protection_(protection), extra_header_(extra_header) {}

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
        text_ = SM_TRY(plan_.text(segment, protection_, extra_header_, at_line_start_));
      }
      ++next_;
    }
  }

 private:
  const Plan& plan_;
  Protection protection_;
  std::string extra_header_;
  std::size_t next_ = 0;
  std::string text_;
  std::size_t position_ = 0;
  std::unique_ptr<Source> body_;
  bool at_line_start_ = true;
};

SevenBit::SevenBit(Document& document, const Outline& outline) : plan_(std::make_unique<Plan>(document, outline)) {}
SevenBit::~SevenBit() = default;

std::unique_ptr<Source> SevenBit::open(Protection protection, std::string_view extra_header) {
  return std::make_unique<Plan::Reader>(*plan_, protection, extra_header);
}

const std::vector<Finding>& SevenBit::findings() const {
  return plan_->findings;
}

}  // namespace sm::mime
