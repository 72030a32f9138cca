#include "pgpmime/decrypt.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "crypto/armor.hpp"
#include "io/memory.hpp"
#include "mime/entity_header.hpp"
#include "mime/legacy_display.hpp"
#include "mime/recode.hpp"
#include "mime/transform.hpp"
#include "mime/writer.hpp"
#include "pgpmime/at_rest.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/payload.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

namespace {

// One text for every reason: whoever sends mail to a filter must not learn from its answer what his change did.
Unexpected damaged() {
  return fail(ErrorKind::data, "crypto.damaged", "the encrypted message is damaged");
}

// The Content-* fields of an entity; `unmark` takes off the marks of RFC 9788.
std::string content_fields(const mime::Outline& outline, bool unmark) {
  std::string content;
  for (const mime::Field& field : outline.top().fields) {
    if (!field.is_content()) continue;
    if (unmark && field.is("Content-Type"))
      content += std::string(field.name) + ":" + mime::unmarked(field.body) + std::string(eol_text(outline.eol));
    else
      content += outline.lone_cr ? std::string(field.raw) : mime::clean_field(field, false);
  }
  return content.empty() ? mime::content_header(outline) : content;
}

// Bytes that are not shown: all of `extent`, or `inside` of what it decodes to.
struct HiddenPart {
  Extent extent;
  const mime::Part* leaf = nullptr;
  Extent inside;
};

Result<std::vector<HiddenPart>> hidden_parts(Document& payload, const mime::Outline& outline,
                                             const PayloadHeader& header) {
  const mime::HeaderMark& mark = header.mark;
  std::vector<HiddenPart> hidden;
  if (const auto part = mark.older ? mime::legacy_display_part(outline, 0) : std::nullopt) {
    const std::vector<int>& children = outline.parts.front().children;
    const auto delimiter = [&](int child) { return outline.parts.at(static_cast<std::size_t>(child)).delimiter.begin; };
    const auto at = [&](std::uint64_t offset) -> Result<char> {
      char c = '\0';
      SM_TRY(payload.read_at(offset, {&c, 1}));
      return c;
    };
    Extent extent{delimiter(children[0]), delimiter(children[1])};
    // Right behind the header a delimiter has no line end before it.
    if (SM_TRY(at(extent.begin)) == '-') {
      if (SM_TRY(at(extent.end)) == '\r') ++extent.end;
      if (SM_TRY(at(extent.end)) == '\n') ++extent.end;
    }
    hidden.push_back({extent});
  }
  if (mark.protection != mime::Protection::cipher) return hidden;
  for (const int number : mime::legacy_display_leaves(outline, 0)) {
    const mime::Part& leaf = outline.parts.at(static_cast<std::size_t>(number));
    const auto body = decoded_body(payload, leaf);
    std::string text(mime::legacy_display_limit, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
      const std::size_t count = SM_TRY(body->read(std::span(text).subspan(size)));
      if (count == 0) break;
      size += count;
    }
    text.resize(size);
    const auto found = mime::find_legacy_display(text, leaf.header.content_type.value == "text/html", header.header());
    if (!found) continue;
    if (leaf.header.encoding == mime::Encoding::base64 || leaf.header.encoding == mime::Encoding::quoted_printable)
      hidden.push_back({leaf.body, &leaf, *found});
    else
      hidden.push_back({{leaf.body.begin + found->begin, leaf.body.begin + found->end}});
  }
  std::ranges::sort(hidden, {}, [](const HiddenPart& part) { return part.extent.begin; });
  return hidden;
}

std::vector<std::string> boundaries_around(const mime::Outline& outline, const mime::Part& leaf) {
  std::vector<std::string> boundaries;
  for (int parent = leaf.parent; parent >= 0;) {
    const mime::Part& part = outline.parts.at(static_cast<std::size_t>(parent));
    if (part.header.kind == mime::PartKind::multipart) boundaries.push_back(part.header.boundary);
    parent = part.parent;
  }
  return boundaries;
}

// Without the bytes of `hole`.
class HoleSource final : public Source {
 public:
  HoleSource(std::unique_ptr<Source> from, Extent hole) : from_(std::move(from)), hole_(hole) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    for (;;) {
      const bool before = position_ < hole_.begin;
      const std::uint64_t until = before ? hole_.begin : position_ < hole_.end ? hole_.end : UINT64_MAX;
      const std::size_t size = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), until - position_));
      const std::size_t count = SM_TRY(from_->read(buffer.first(size)));
      const bool shown = before || until == UINT64_MAX;
      position_ += count;
      if (shown || count == 0) return count;
    }
  }

 private:
  std::unique_ptr<Source> from_;
  Extent hole_;
  std::uint64_t position_ = 0;
};

// The entity's body without what is hidden.
void append_shown(Document& payload, const mime::Outline& outline, const std::vector<HiddenPart>& hidden, Eol eol,
                  ConcatSource& to) {
  Extent rest = outline.parts.front().body;
  for (const HiddenPart& part : hidden) {
    if (part.extent.begin < rest.begin || part.extent.end > rest.end) continue;
    append_with_eol(payload, outline, {rest.begin, part.extent.begin}, eol, to);
    rest.begin = part.extent.end;
    if (!part.leaf) continue;
    auto shown = std::make_unique<HoleSource>(decoded_body(payload, *part.leaf), part.inside);
    std::unique_ptr<Source> encoded;
    if (part.leaf->header.encoding == mime::Encoding::base64)
      encoded = std::make_unique<mime::RecodedSource<mime::Base64Coder>>(std::move(shown), mime::Base64Coder());
    else
      encoded = std::make_unique<mime::RecodedSource<mime::QuotedPrintableCoder>>(
          std::move(shown), mime::QuotedPrintableCoder(boundaries_around(outline, *part.leaf)));
    to.add(with_eol(std::move(encoded), eol, false));
  }
  append_with_eol(payload, outline, rest, eol, to);
}

class CipherSource final : public Source {
 public:
  CipherSource(Document& document, const mime::Part& part) : body_(decoded_body(document, part)), packets_(*body_) {}
  Result<std::size_t> read(std::span<char> buffer) override { return packets_.read(buffer); }

 private:
  std::unique_ptr<Source> body_;
  DearmorSource packets_;
};

}  // namespace

Result<DecryptedMessage> decrypt(Document& document, const mime::Outline& outline, Decryptor& decryptor,
                                 const DecryptionLimits& bounds, const std::string& spool_directory) {
  const auto parts = SM_TRY(find_encrypted(document, outline));
  if (!parts) return damaged();
  const mime::Part& part = outline.parts.at(static_cast<std::size_t>(parts->message));
  CipherSource cipher(document, part);
  const Ciphertext ciphertext(cipher, [&] { return std::make_unique<CipherSource>(document, part); });
  Spool spool(spool_directory);
  auto decryption = decryptor.decrypt(ciphertext, spool, bounds);
  if (!decryption) {
    if (decryption.error().kind == ErrorKind::data) return damaged();
    return Unexpected{std::move(decryption).error()};
  }
  SM_TRY(spool.finish());

  DecryptedMessage result;
  result.decryption = std::move(*decryption);
  result.payload = std::make_unique<Document>(Document::from_spool(std::move(spool)));
  result.outline = SM_TRY(mime::scan(*result.payload, result.payload->all()));

  const std::string mbox_line = SM_TRY(document.text(outline.mbox_line, outline.mbox_line.size()));
  result.message.add_text(mbox_line);
  if (const auto original = SM_TRY(at_rest_original(*result.payload, result.outline, outline.top(), mbox_line))) {
    result.at_rest = true;
    result.outline = SM_TRY(mime::scan(*result.payload, *original));
    result.message.add(std::make_unique<Range>(*result.payload, *original));
    return result;
  }

  const std::string eol(eol_text(outline.eol));
  const auto payload = SM_TRY(payload_header(*result.payload, result.outline, 0));
  const bool covers_all = payload && payload->root == 0;
  const std::string own =
      content_fields(result.outline, covers_all && payload->mark.protection != mime::Protection::none);
  StringSource fields(own);
  EolSource converted(fields, outline.eol, result.outline.lone_cr);
  const std::string content = SM_TRY(read_all(converted, 2 * limits::header_bytes));
  std::string header = outline.header;
  if (payload) {
    result.from_differs = from_differs(outline.top(), payload->header());
    header = mime::restored_header(outline.top(), payload->header(), payload->mark, result.from_differs, eol,
                                   payload->lone_cr);
  }
  result.message.add_text(mime::replace_content(mime::parse_header(header, outline.lone_cr), content, eol) + eol);
  const auto hidden =
      covers_all ? SM_TRY(hidden_parts(*result.payload, result.outline, *payload)) : std::vector<HiddenPart>();
  append_shown(*result.payload, result.outline, hidden, outline.eol, result.message);
  return result;
}

Result<MessageVerdict> verify_decrypted(DecryptedMessage& message, Document& document, const mime::Outline& outline,
                                        Verifier& verifier, const VerifyPolicy& policy) {
  std::vector<SignatureLayer> layers;
  if (signed_parts(outline, 0)) layers = SM_TRY(verify_layers(document, outline, verifier));
  if (!message.decryption.signatures.empty()) {
    SignatureLayer layer;
    layer.form = SignatureLayer::Form::openpgp_message;
    layer.outermost = true;
    layer.covered = message.payload->all();
    layer.signatures = message.decryption.signatures;
    layers.push_back(std::move(layer));
  }
  auto inside = SM_TRY(verify_layers(*message.payload, message.outline, verifier));
  std::ranges::move(inside, std::back_inserter(layers));
  return judge_message(std::move(layers), outline.top(), *message.payload, message.outline, policy);
}

}  // namespace sm::pgpmime
