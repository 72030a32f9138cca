#include "pgpmime/inline_signatures.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "base/limits.hpp"
#include "crypto/armor.hpp"
#include "mime/decoded_body.hpp"
#include "pgpmime/leaf.hpp"
#include "pgpmime/structure.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/quoted_printable.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::size_t piece = 64 * 1024;

// Which bytes of the message `within` of the decoded leaf are: those, or all of what a transfer encoding made of them.
Extent extent_in_message(const mime::Part& part, Extent within) {
  if (part.header.encoding == mime::Encoding::base64 || part.header.encoding == mime::Encoding::quoted_printable)
    return part.body;
  return {part.body.begin + within.begin, std::min(part.body.end, part.body.begin + within.end)};
}

template <class Decoder>
Result<bool> decodes_whole(Document& document, const mime::Part& part) {
  Decoder decoder;
  std::string decoded;
  Range body(document, part.body);
  const auto buffer = std::make_unique_for_overwrite<char[]>(piece);
  while (const std::size_t count = SM_TRY(body.read({buffer.get(), piece}))) {
    decoded.clear();
    decoder.put({buffer.get(), count}, decoded);
  }
  decoder.finish(decoded);
  return !decoder.damaged();
}

// Whether every reader gets the same text from the message, of one part text/plain. What we skip in its encoding others
// may show, such as what follows the padding of base64.
Result<bool> is_same_to_all(Document& document, const mime::Outline& outline) {
  const mime::Part& part = outline.parts.front();
  if (outline.parts.size() != 1 || !is_plain_text(part.header) || !says_type_once(outline)) return false;
  switch (part.header.encoding) {
    case mime::Encoding::base64:
      return decodes_whole<Base64Decoder>(document, part);
    case mime::Encoding::quoted_printable:
      return decodes_whole<QuotedPrintableDecoder>(document, part);
    case mime::Encoding::unknown:
      return false;
    default:
      return true;
  }
}

Result<SignatureLayer> verify_clear_signed(Document& document, const mime::Part& part, const InlineBlock& block,
                                           Verifier& verifier) {
  SignatureLayer layer;
  layer.form = SignatureLayer::Form::cleartext;
  layer.covered = extent_in_message(part, block.text);
  if (block.malformed) {
    layer.problem = "pgpmime.bad-cleartext";
    return layer;
  }
  std::string packets;
  const auto armor = mime::decoded_range(document, part, block.armor);
  if (!SM_TRY(take_into(layer, signature_packets(*armor), packets))) return layer;
  SignedText text(mime::decoded_range(document, part, block.text));
  SM_TRY(take_into(layer, verifier.verify(text, packets), layer.signatures));
  return layer;
}

Result<SignatureLayer> verify_signed_message(Document& document, const mime::Part& part, const Leaf& leaf,
                                             Verifier& verifier) {
  SignatureLayer layer;
  layer.form = SignatureLayer::Form::inline_message;
  layer.covered = extent_in_message(part, leaf.text.blocks.front().armor);
  const auto armor = mime::decoded_range(document, part, leaf.text.blocks.front().armor);
  DearmorSource packets(*armor);
  SM_TRY(take_into(layer, verifier.verify_message(packets, limits::max_message), layer.signatures));
  return layer;
}

bool any_right(const std::vector<Signature>& signatures) {
  return std::ranges::any_of(signatures, [](const Signature& each) { return each.state == SignatureState::right; });
}

// The forms in which the part may have been signed; the first is what is most likely.
std::vector<std::function<std::unique_ptr<Source>()>> forms_of(Document& document, const mime::Outline& outline,
                                                               const mime::Part& part, bool as_file) {
  std::vector<std::function<std::unique_ptr<Source>()>> forms;
  const auto add_entity = [&] {
    forms.emplace_back([&document, &part, lone_cr = outline.lone_cr] {
      return with_eol(std::make_unique<Range>(document, part.whole), Eol::crlf, lone_cr);
    });
  };
  if (!as_file) add_entity();
  if (part.header.kind == mime::PartKind::leaf) {
    forms.emplace_back([&document, &part] { return mime::decoded_body(document, part); });
    // A file of text may have had other line ends than the mail has.
    if (part.header.content_type.value.starts_with("text/")) {
      for (const Eol eol : {Eol::lf, Eol::crlf})
        forms.emplace_back(
            [&document, &part, eol] { return with_eol(mime::decoded_body(document, part), eol, false); });
    }
  }
  if (as_file) add_entity();
  return forms;
}

Result<SignatureLayer> verify_detached(Document& document, const mime::Outline& outline, int signature, int mate,
                                       bool as_file, Verifier& verifier) {
  const mime::Part& part = outline.part(mate);
  SignatureLayer layer;
  layer.form = SignatureLayer::Form::detached;
  layer.part = mate;
  layer.covered = as_file ? part.body : part.whole;
  std::string packets;
  const auto encoded = mime::decoded_body(document, outline.part(signature));
  if (!SM_TRY(take_into(layer, signature_packets(*encoded), packets))) return layer;
  for (const auto& form : forms_of(document, outline, part, as_file)) {
    const auto data = form();
    std::vector<Signature> signatures;
    if (!SM_TRY(take_into(layer, verifier.verify(*data, packets), signatures))) return layer;
    if (layer.signatures.empty() || any_right(signatures)) layer.signatures = std::move(signatures);
    // Without the certificate every form looks alike.
    if (std::ranges::none_of(layer.signatures,
                             [](const Signature& each) { return each.state == SignatureState::wrong; }))
      break;
  }
  return layer;
}

struct Mate {
  int part = -1;  // none
  bool as_file = false;
};

// The leaves of each multipart by their file names, read when they are asked for.
class FileNames {
 public:
  FileNames(Document& document, const mime::Outline& outline) : document_(document), outline_(outline) {}

  // The first child of `parent` with this name; -1 if there is none.
  Result<int> find(int parent, const std::string& name) {
    const auto [names, fresh] = of_.try_emplace(parent);
    if (fresh) {
      for (const int child : outline_.part(parent).children)
        if (outline_.part(child).header.kind == mime::PartKind::leaf)
          names->second.emplace(SM_TRY(file_name(document_, outline_.part(child))), child);
    }
    const auto found = names->second.find(name);
    return found == names->second.end() ? -1 : found->second;
  }

 private:
  Document& document_;
  const mime::Outline& outline_;
  std::map<int, std::map<std::string, int>> of_;
};

Result<Mate> find_mate(Document& document, const mime::Outline& outline, FileNames& names, int signature) {
  const mime::Part& part = outline.part(signature);
  if (part.parent < 0) return Mate{};
  const std::vector<int>& siblings = outline.part(part.parent).children;
  const std::string name = SM_TRY(file_name(document, part));
  if (const auto wanted = without_suffix_of(name, {".asc", ".sig", ".sign", ".gpg", ".pgp"})) {
    const int sibling = SM_TRY(names.find(part.parent, *wanted));
    if (sibling >= 0) return Mate{sibling, true};
  }
  const auto place = std::ranges::find(siblings, signature);
  if (part.header.content_type.value == "application/pgp-signature" && place != siblings.begin())
    return Mate{*std::prev(place), false};
  return Mate{};
}

}  // namespace

Result<bool> add_inline_layers(Document& document, const mime::Outline& outline, Verifier& verifier, std::size_t limit,
                               std::vector<SignatureLayer>& layers) {
  FileNames names(document, outline);
  std::set<int> taken;  // leaves that belong to PGP/MIME
  for (std::size_t i = 0; i < outline.parts.size(); ++i) {
    const int number = static_cast<int>(i);
    if (const auto parts = signed_parts(outline, number)) taken.insert(parts->signature);
    if (encrypted_parts(outline, number))
      taken.insert(outline.parts[i].children.begin(), outline.parts[i].children.end());
  }
  for (std::size_t i = 0; i < outline.parts.size(); ++i) {
    const mime::Part& part = outline.parts[i];
    const int number = static_cast<int>(i);
    if (part.header.kind != mime::PartKind::leaf || taken.contains(number)) continue;
    const Leaf leaf = SM_TRY(look_at(document, part));
    const bool is_whole = leaf.text.bare && leaf.text.blocks.size() == 1 && SM_TRY(is_same_to_all(document, outline));
    for (const InlineBlock& block : leaf.text.blocks) {
      if (block.kind != InlineBlock::Kind::clear_signed) continue;
      if (layers.size() == limit) return false;
      SignatureLayer layer = SM_TRY(verify_clear_signed(document, part, block, verifier));
      layer.part = number;
      layer.outermost = is_whole;
      layers.push_back(std::move(layer));
    }
    if (leaf.text.too_many) return false;
    if (leaf.kind == Leaf::Kind::signed_message) {
      if (layers.size() == limit) return false;
      SignatureLayer layer = SM_TRY(verify_signed_message(document, part, leaf, verifier));
      layer.part = number;
      layer.outermost = is_whole;
      layers.push_back(std::move(layer));
    }
    if (leaf.kind != Leaf::Kind::signature) continue;
    const Mate mate = SM_TRY(find_mate(document, outline, names, number));
    if (mate.part < 0) continue;
    if (layers.size() == limit) return false;
    layers.push_back(SM_TRY(verify_detached(document, outline, number, mate.part, mate.as_file, verifier)));
  }
  return true;
}

}  // namespace sm::pgpmime
