#include "pgpmime/decrypt.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "mime/decoded_body.hpp"
#include "mime/entity_header.hpp"
#include "mime/legacy_display.hpp"
#include "mime/recode.hpp"
#include "mime/transform.hpp"
#include "mime/writer.hpp"
#include "pgpmime/at_rest.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/open_leaf.hpp"
#include "pgpmime/payload.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

namespace {

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

// Bytes that are not shown: all of `extent`, or `inside` of what the leaf there decodes to.
struct HiddenPart {
  Extent extent;
  int leaf = -1;  // its number
  Extent inside;
};

Result<std::vector<HiddenPart>> hidden_parts(Document& payload, const mime::Outline& outline,
                                             const PayloadHeader& header) {
  std::vector<HiddenPart> hidden;
  if (header.mark.older && mime::has_legacy_display_part(outline, 0)) {
    const std::vector<int>& children = outline.parts.front().children;
    const auto delimiter = [&](int child) { return outline.part(child).delimiter.begin; };
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
  if (header.mark.protection != mime::Protection::cipher) return hidden;
  const mime::Header fields = header.header();
  for (const int number : mime::legacy_display_leaves(outline, 0)) {
    const mime::Part& leaf = outline.part(number);
    const auto body = mime::decoded_body(payload, leaf);
    const std::string text = SM_TRY(beginning(*body, mime::legacy_display_limit));
    const auto found = mime::find_legacy_display(text, leaf.header.content_type.value == "text/html", fields);
    if (!found) continue;
    if (leaf.header.encoding == mime::Encoding::base64 || leaf.header.encoding == mime::Encoding::quoted_printable)
      hidden.push_back({leaf.body, number, *found});
    else
      hidden.push_back({{leaf.body.begin + found->begin, leaf.body.begin + found->end}});
  }
  std::ranges::sort(hidden, {}, [](const HiddenPart& part) { return part.extent.begin; });
  return hidden;
}

// The entity's body without what is hidden.
void append_shown(Document& payload, const mime::Outline& outline, const std::vector<HiddenPart>& hidden, Eol eol,
                  ConcatSource& to) {
  Extent rest = outline.parts.front().body;
  for (const HiddenPart& part : hidden) {
    if (part.extent.begin < rest.begin || part.extent.end > rest.end) continue;
    append_with_eol(payload, outline, {rest.begin, part.extent.begin}, eol, to);
    rest.begin = part.extent.end;
    if (part.leaf < 0) continue;
    const mime::Part& leaf = outline.part(part.leaf);
    auto shown = std::make_unique<ConcatSource>();
    shown->add(mime::decoded_range(payload, leaf, {0, part.inside.begin}));
    shown->add(mime::decoded_range(payload, leaf, {part.inside.end, UINT64_MAX}));
    std::unique_ptr<Source> encoded;
    if (leaf.header.encoding == mime::Encoding::base64)
      encoded = std::make_unique<mime::RecodedSource<mime::Base64Coder>>(std::move(shown), mime::Base64Coder());
    else
      encoded = std::make_unique<mime::RecodedSource<mime::QuotedPrintableCoder>>(
          std::move(shown), mime::QuotedPrintableCoder(mime::boundaries_around(outline, part.leaf)));
    to.add(with_eol(std::move(encoded), eol, false));
  }
  append_with_eol(payload, outline, rest, eol, to);
}

}  // namespace

Result<DecryptedMessage> decrypt(Document& document, const mime::Outline& outline, Decryptor& decryptor,
                                 const DecryptionLimits& bounds, const std::string& spool_directory) {
  const auto parts = SM_TRY(find_encrypted(document, outline));
  if (!parts) return damaged_message();
  OpenedLeaf opened = SM_TRY(open_leaf(document, outline.part(parts->message), decryptor, bounds, spool_directory));

  DecryptedMessage result;
  result.decryption = std::move(opened.decryption);
  result.payload = std::make_unique<Document>(std::move(opened.plain));
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
  const std::string content =
      with_line_ends(content_fields(result.outline, covers_all && payload->mark.protection != mime::Protection::none),
                     outline.eol, result.outline.lone_cr);
  std::string header = outline.header;
  if (payload) {
    result.from_differs = from_differs(outline.top(), payload->header());
    header = mime::restored_header(outline.top(), payload->header(), payload->mark, result.from_differs, outline.eol,
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
  if (!message.decryption.signatures.empty())
    layers.push_back(message_layer(message.decryption, message.payload->all(), true));
  auto inside = SM_TRY(verify_layers(*message.payload, message.outline, verifier));
  std::ranges::move(inside, std::back_inserter(layers));
  return judge_message(std::move(layers), outline.top(), *message.payload, message.outline, policy);
}

}  // namespace sm::pgpmime
