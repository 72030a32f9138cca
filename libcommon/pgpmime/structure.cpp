#include "pgpmime/structure.hpp"

#include "mime/address.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/quoted_printable.hpp"

namespace sm::pgpmime {

namespace {

const mime::Part& part_of(const mime::Outline& outline, int number) {
  return outline.parts.at(static_cast<std::size_t>(number));
}

bool parameter_is(const mime::Parameterized& type, std::string_view name, std::string_view value) {
  const std::string* found = type.find(name);
  return found && equal_ignoring_case(*found, value);
}

// Undoes a transfer encoding piece by piece.
template <class Decoder>
class DecodingSource final : public Source {
 public:
  explicit DecodingSource(std::unique_ptr<Source> from) : from_(std::move(from)) {}

  Result<std::size_t> read(std::span<char> buffer) override {
    if (buffer.empty()) return std::size_t{0};
    while (position_ == out_.size() && !end_) {
      out_.clear();
      position_ = 0;
      in_.resize(piece);
      const std::size_t count = SM_TRY(from_->read(in_));
      if (count == 0) {
        decoder_.finish(out_);
        end_ = true;
      } else {
        decoder_.put({in_.data(), count}, out_);
      }
    }
    const std::size_t count = std::min(buffer.size(), out_.size() - position_);
    out_.copy(buffer.data(), count, position_);
    position_ += count;
    return count;
  }

 private:
  static constexpr std::size_t piece = 64 * 1024;
  std::unique_ptr<Source> from_;
  Decoder decoder_;
  std::string in_;
  std::string out_;
  std::size_t position_ = 0;
  bool end_ = false;
};

class OwningEolSource final : public Source {
 public:
  OwningEolSource(std::unique_ptr<Source> from, Eol eol, bool lone_cr)
      : from_(std::move(from)), converted_(*from_, eol, lone_cr) {}
  Result<std::size_t> read(std::span<char> buffer) override { return converted_.read(buffer); }

 private:
  std::unique_ptr<Source> from_;
  EolSource converted_;
};

// Behind a CR alone, which ends no line to us, begins a field to some readers.
bool hides(const mime::Header& header, std::string_view name) {
  for (const mime::Field& field : header.fields) {
    for (std::size_t at = field.raw.find('\r'); at != std::string_view::npos; at = field.raw.find('\r', at + 1)) {
      const std::string_view line = field.raw.substr(at + 1);
      if (starts_with_ignoring_case(line, name) && trim(line.substr(name.size())).starts_with(':')) return true;
    }
  }
  return false;
}

}  // namespace

bool says_type_once(const mime::Outline& outline) {
  const mime::Header header = outline.top();
  return header.count("Content-Type") <= 1 && header.count("Content-Transfer-Encoding") <= 1 &&
         !outline.parts.front().header.content_type.repeated && !hides(header, "Content-Type") &&
         !hides(header, "Content-Transfer-Encoding");
}

std::optional<SignedParts> signed_parts(const mime::Outline& outline, int part) {
  const mime::Part& whole = part_of(outline, part);
  if (whole.header.kind != mime::PartKind::multipart || whole.header.content_type.value != "multipart/signed" ||
      whole.children.size() < 2)
    return std::nullopt;
  const mime::Part& signature = part_of(outline, whole.children[1]);
  // RFC 1847 §2.1 wants both to say so; either will do for reading, since many a gateway drops parameters.
  if (signature.header.kind != mime::PartKind::leaf ||
      (signature.header.content_type.value != "application/pgp-signature" &&
       !parameter_is(whole.header.content_type, "protocol", "application/pgp-signature")))
    return std::nullopt;
  const bool exact =
      whole.children.size() == 2 && !whole.header.content_type.repeated && (part != 0 || says_type_once(outline));
  return SignedParts{part, whole.children[0], whole.children[1], exact};
}

std::optional<EncryptedParts> encrypted_parts(const mime::Outline& outline, int part) {
  const mime::Part& whole = part_of(outline, part);
  if (whole.header.kind != mime::PartKind::multipart || whole.header.content_type.value != "multipart/encrypted" ||
      whole.children.size() != 2)
    return std::nullopt;
  const mime::Part& version = part_of(outline, whole.children[0]);
  const mime::Part& message = part_of(outline, whole.children[1]);
  if (message.header.kind != mime::PartKind::leaf ||
      (version.header.content_type.value != "application/pgp-encrypted" &&
       !parameter_is(whole.header.content_type, "protocol", "application/pgp-encrypted")))
    return std::nullopt;
  return EncryptedParts{part, whole.children[1]};
}

std::unique_ptr<Source> decoded_body(Document& document, const mime::Part& part) {
  auto body = std::make_unique<Range>(document, part.body);
  switch (part.header.encoding) {
    case mime::Encoding::base64:
      return std::make_unique<DecodingSource<Base64Decoder>>(std::move(body));
    case mime::Encoding::quoted_printable:
      return std::make_unique<DecodingSource<QuotedPrintableDecoder>>(std::move(body));
    default:
      return body;
  }
}

Result<std::string> beginning(Source& source, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const std::size_t count = SM_TRY(source.read(std::span(bytes).subspan(have)));
    if (count == 0) break;
    have += count;
  }
  bytes.resize(have);
  return bytes;
}

std::string from_address(const mime::Header& header) {
  if (header.count("From") != 1 || hides(header, "From")) return {};
  const auto mailboxes = mime::parse_mailboxes(header.find("From")->body);
  return mailboxes && mailboxes->size() == 1 ? mailboxes->front().address : std::string();
}

std::unique_ptr<Source> with_eol(std::unique_ptr<Source> source, Eol eol, bool lone_cr) {
  return std::make_unique<OwningEolSource>(std::move(source), eol, lone_cr);
}

void append_with_eol(Document& document, const mime::Outline& outline, Extent extent, Eol eol, ConcatSource& to) {
  std::uint64_t position = extent.begin;
  const auto convert_until = [&](std::uint64_t end) {
    if (end > position)
      to.add(with_eol(std::make_unique<Range>(document, Extent{position, end}), eol, outline.lone_cr));
    position = end;
  };
  for (const mime::Part& part : outline.parts) {
    if (part.header.kind != mime::PartKind::leaf || part.header.encoding != mime::Encoding::binary ||
        part.body.size() == 0 || part.body.begin < position || part.body.end > extent.end)
      continue;
    convert_until(part.body.begin);
    to.add(std::make_unique<Range>(document, part.body));
    position = part.body.end;
  }
  convert_until(extent.end);
}

}  // namespace sm::pgpmime
