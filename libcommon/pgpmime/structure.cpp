#include "pgpmime/structure.hpp"

#include "crypto/armor.hpp"
#include "mime/address.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

bool parameter_is(const mime::Parameterized& type, std::string_view name, std::string_view value) {
  const std::string* found = type.find(name);
  return found && equal_ignoring_case(*found, value);
}

class OwningEolSource final : public Source {
 public:
  OwningEolSource(std::unique_ptr<Source> from, Eol eol, bool lone_cr)
      : from_(std::move(from)), converted_(*from_, eol, lone_cr) {}
  Result<std::size_t> read(std::span<char> buffer) override { return converted_.read(buffer); }

 private:
  std::unique_ptr<Source> from_;
  EolSource converted_;
};

}  // namespace

bool says_type_once(const mime::Outline& outline) {
  const mime::Header header = outline.top();
  return header.count("Content-Type") <= 1 && header.count("Content-Transfer-Encoding") <= 1 &&
         !outline.parts.front().header.content_type.repeated && !mime::hides_field(header, "Content-Type") &&
         !mime::hides_field(header, "Content-Transfer-Encoding");
}

std::optional<SignedParts> signed_parts(const mime::Outline& outline, int part) {
  const mime::Part& whole = outline.part(part);
  if (whole.header.kind != mime::PartKind::multipart || whole.header.content_type.value != "multipart/signed" ||
      whole.children.size() < 2)
    return std::nullopt;
  const mime::Part& signature = outline.part(whole.children[1]);
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
  const mime::Part& whole = outline.part(part);
  if (whole.header.kind != mime::PartKind::multipart || whole.header.content_type.value != "multipart/encrypted" ||
      whole.children.size() != 2)
    return std::nullopt;
  const mime::Part& version = outline.part(whole.children[0]);
  const mime::Part& message = outline.part(whole.children[1]);
  if (message.header.kind != mime::PartKind::leaf ||
      (version.header.content_type.value != "application/pgp-encrypted" &&
       !parameter_is(whole.header.content_type, "protocol", "application/pgp-encrypted")))
    return std::nullopt;
  return EncryptedParts{part, whole.children[1]};
}

Result<std::string> signature_packets(Source& encoded) {
  constexpr std::size_t max_bytes = 1024 * 1024;
  std::string text = SM_TRY(read_all(encoded, max_bytes));
  if (!is_armored(text)) return text;
  std::string packets;
  for (const ArmorBlock& block : SM_TRY(dearmor(text)))
    if (block.kind == ArmorKind::signature) packets += block.bytes;
  return packets;
}

std::string from_address(const mime::Header& header) {
  return mime::only_address(header, "From");
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
