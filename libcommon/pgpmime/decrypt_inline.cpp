#include "pgpmime/decrypt_inline.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "base/limits.hpp"
#include "io/memory.hpp"
#include "mime/body_scan.hpp"
#include "mime/decoded_body.hpp"
#include "mime/recode.hpp"
#include "mime/writer.hpp"
#include "pgpmime/leaf.hpp"
#include "pgpmime/open_leaf.hpp"
#include "pgpmime/structure.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::size_t max_opened = 100;
constexpr std::size_t max_name = 200;  // bytes of a file name

// ---- what is to be opened

// An encrypted leaf.
struct Found {
  int part = 0;
  bool is_text = false;
  std::string charset;  // of its armor
};

struct Plan {
  bool whole = false;
  std::vector<Found> open;
  std::vector<LeftPart> left;
};

// Why a leaf inside of something else is not touched: "signed", "forwarded"; empty if nothing speaks against it.
std::string kept_by(const mime::Outline& outline, int number) {
  for (int parent = outline.part(number).parent; parent >= 0; parent = outline.part(parent).parent) {
    const mime::PartHeader& header = outline.part(parent).header;
    if (header.kind == mime::PartKind::message) return "forwarded";
    if (header.content_type.value == "multipart/signed") return "signed";
    if (header.content_type.value == "multipart/encrypted") return "nested";
  }
  return {};
}

std::optional<std::string> without_suffix(std::string_view name) {
  return without_suffix_of(name, {".asc", ".gpg", ".pgp"});
}

Result<Plan> make_plan(Document& document, const mime::Outline& outline) {
  Plan plan;
  std::vector<Found> found;
  bool all = true;
  for (std::size_t i = 0; i < outline.parts.size(); ++i) {
    const mime::Part& part = outline.parts[i];
    all = all && part.header.kind != mime::PartKind::message;
    if (part.header.kind != mime::PartKind::leaf) continue;
    const Leaf leaf = SM_TRY(look_at(document, part));
    if (leaf.kind == Leaf::Kind::encrypted) {
      // A file may have been called text because its armor is.
      const bool is_file = !leaf.is_text || (part.parent >= 0 && without_suffix(SM_TRY(file_name(document, part))));
      found.push_back(
          {static_cast<int>(i), !is_file, leaf.text.blocks.empty() ? std::string() : leaf.text.blocks.front().charset});
      all = all && kept_by(outline, static_cast<int>(i)).empty() && (!leaf.is_text || is_plain_text(part.header));
    } else {
      all = all && leaf.kind == Leaf::Kind::blank;
    }
  }
  plan.whole = all && !found.empty() && found.size() <= max_opened;
  for (Found& each : found) {
    const mime::Part& part = outline.part(each.part);
    std::string reason = plan.whole ? std::string() : kept_by(outline, each.part);
    if (!plan.whole && reason.empty()) {
      if (part.header.content_type.value == "text/html")
        reason = "html";
      else if (each.is_text || plan.open.size() == max_opened)
        reason = "beside-others";
      else if (part.header.content_type.value != "application/pgp-encrypted" &&
               !without_suffix(SM_TRY(file_name(document, part))))
        reason = "unnamed";
    }
    if (reason.empty())
      plan.open.push_back(std::move(each));
    else
      plan.left.push_back({each.part, std::move(reason)});
  }
  return plan;
}

// ---- what it becomes

bool is_charset(std::string_view name) {
  return !name.empty() && name.size() <= 40 && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("-_.:+").find(c) != std::string_view::npos;
  });
}

std::string charset_of(const Found& found, const mime::Part& part, const mime::BodyScan& scan) {
  if (is_charset(found.charset)) return found.charset;
  const std::string* named = part.header.content_type.find("charset");
  // What a mail program says of armor is true of armor only if it says that it is ASCII.
  if (named && is_charset(*named) && (!equal_ignoring_case(*named, "us-ascii") || !scan.has_8bit())) return *named;
  if (!scan.has_8bit()) return "us-ascii";
  return scan.valid_utf8() ? "utf-8" : "unknown-8bit";
}

// A parameter of a file name, in the form of RFC 2231 where it needs it.
std::string name_parameter(std::string_view parameter, std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 0x7f && c != '"' && c != '\\'; });
  if (plain) return std::string(parameter) + "=\"" + std::string(name) + "\"";
  return std::string(parameter) + "*=" + mime::extended_value(name);
}

// A file's name as it was before it was encrypted: no path, no controls, UTF-8.
std::string decrypted_name(std::string_view name) {
  std::string shown = mime::display_text(name);
  if (const auto stem = without_suffix(shown)) shown = *stem;
  if (const std::size_t slash = shown.find_last_of("/\\"); slash != std::string::npos) shown.erase(0, slash + 1);
  std::erase_if(shown, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
  shown.resize(std::min(shown.size(), max_name));
  while (!shown.empty() && !is_utf8(shown)) shown.pop_back();
  return shown.empty() || shown == "." || shown == ".." ? "decrypted" : shown;
}

Result<mime::BodyScan> scan_body(Document& plain) {
  mime::BodyScan scan;
  Range range(plain, plain.all());
  const auto buffer = std::make_unique_for_overwrite<char[]>(std::size_t{64} * 1024);
  while (const std::size_t count = SM_TRY(range.read({buffer.get(), std::size_t{64} * 1024})))
    scan.put({buffer.get(), count}, false);
  scan.finish();
  return scan;
}

// Content-* fields and body of what was decrypted, lines as `eol`.
struct NewEntity {
  std::string content;
  std::unique_ptr<Source> body;
  bool is_base64 = false;  // then the last line has no end; in a multipart the delimiter has it
};

Result<NewEntity> text_entity(Document& plain, const Found& found, const mime::Outline& outline, Eol eol) {
  const mime::Part& part = outline.part(found.part);
  const mime::BodyScan scan = SM_TRY(scan_body(plain));
  const std::string end(eol_text(eol));
  NewEntity entity;
  entity.content = "Content-Type: text/plain; charset=\"" + charset_of(found, part, scan) + "\"" + end;
  auto all = std::make_unique<Range>(plain, plain.all());
  // Inside of a multipart a line could be taken for a delimiter.
  if (scan.has_nul()) {
    entity.is_base64 = true;
    entity.content += "Content-Transfer-Encoding: base64" + end;
    entity.body = with_eol(
        std::make_unique<mime::RecodedSource<mime::Base64Coder>>(std::move(all), mime::Base64Coder()), eol, false);
  } else if (part.parent >= 0 || scan.has_lone_cr() || scan.longest_line() > mime::longest_line) {
    entity.content += "Content-Transfer-Encoding: quoted-printable" + end;
    entity.body = with_eol(std::make_unique<mime::RecodedSource<mime::QuotedPrintableCoder>>(
                               with_eol(std::move(all), Eol::crlf, false),
                               mime::QuotedPrintableCoder(mime::boundaries_around(outline, found.part))),
                           eol, false);
  } else {
    if (scan.has_8bit()) entity.content += "Content-Transfer-Encoding: 8bit" + end;
    entity.body = with_eol(std::move(all), eol, false);
  }
  return entity;
}

Result<NewEntity> file_entity(Document& plain, Document& document, const mime::Part& part, Eol eol) {
  const std::string name = decrypted_name(SM_TRY(file_name(document, part)));
  const std::string end(eol_text(eol));
  NewEntity entity;
  entity.is_base64 = true;
  entity.content = "Content-Type: application/octet-stream; " + name_parameter("name", name) + end +
                   "Content-Transfer-Encoding: base64" + end + "Content-Disposition: attachment; " +
                   name_parameter("filename", name) + end;
  entity.body = with_eol(std::make_unique<mime::RecodedSource<mime::Base64Coder>>(
                             std::make_unique<Range>(plain, plain.all()), mime::Base64Coder()),
                         eol, false);
  return entity;
}

Result<OpenedPart> open_part(Document& document, const mime::Outline& outline, const Found& found, Decryptor& decryptor,
                             const DecryptionLimits& bounds, const std::string& spool_directory) {
  const mime::Part& part = outline.part(found.part);
  OpenedLeaf opened = SM_TRY(open_leaf(document, part, decryptor, bounds, spool_directory));
  Document& plain = opened.plain;

  OpenedPart result;
  result.part = found.part;
  result.is_text = found.is_text;
  result.decryption = std::move(opened.decryption);
  NewEntity made = found.is_text ? SM_TRY(text_entity(plain, found, outline, outline.eol))
                                 : SM_TRY(file_entity(plain, document, part, outline.eol));
  Spool entity(spool_directory);
  SM_TRY(entity.write(made.content + std::string(eol_text(outline.eol))));
  SM_TRY(copy(*made.body, entity));
  if (made.is_base64 && part.parent < 0) SM_TRY(entity.write(eol_text(outline.eol)));
  SM_TRY(entity.finish());
  result.entity = std::make_unique<Document>(Document::from_spool(std::move(entity)));
  result.outline = SM_TRY(mime::scan(*result.entity, result.entity->all()));
  return result;
}

// The header of a part with other Content-* fields.
Result<std::string> new_header(Document& document, const mime::Outline& outline, int number,
                               const std::string& content) {
  const std::string eol(eol_text(outline.eol));
  if (number == 0) return mime::replace_content(outline.top(), content, eol) + eol;
  const std::string old = SM_TRY(document.text(outline.part(number).header_bytes, limits::header_bytes));
  std::string kept;
  for (const mime::Field& field : mime::parse_header(old, outline.lone_cr).fields)
    if (!field.is_content()) kept += field.raw;
  return kept + content + eol;
}

}  // namespace

Result<InlineDecryption> decrypt_inline(Document& document, const mime::Outline& outline, Decryptor& decryptor,
                                        const DecryptionLimits& bounds, const std::string& spool_directory) {
  Plan plan = SM_TRY(make_plan(document, outline));
  InlineDecryption result;
  result.whole = plan.whole;
  result.left = std::move(plan.left);
  DecryptionLimits rest = bounds;
  for (const Found& found : plan.open) {
    auto opened = open_part(document, outline, found, decryptor, rest, spool_directory);
    if (opened) {
      rest.output -= std::min(rest.output, opened->entity->size());
      result.opened.push_back(std::move(*opened));
      continue;
    }
    const ErrorKind kind = opened.error().kind;
    if (plan.whole || (kind != ErrorKind::data && kind != ErrorKind::key)) return Unexpected{std::move(opened).error()};
    result.left.push_back({found.part, opened.error().code});
  }
  std::ranges::sort(result.left, {}, &LeftPart::part);

  std::uint64_t position = 0;
  for (OpenedPart& opened : result.opened) {
    const mime::Part& part = outline.part(opened.part);
    result.message.add(std::make_unique<Range>(document, Extent{position, part.header_bytes.begin}));
    result.message.add_text(SM_TRY(new_header(document, outline, opened.part, opened.outline.header)));
    result.message.add(std::make_unique<Range>(*opened.entity, opened.outline.parts.front().body));
    position = part.body.end;
  }
  result.message.add(std::make_unique<Range>(document, Extent{position, document.size()}));
  return result;
}

Result<MessageVerdict> verify_inline(InlineDecryption& opened, Document& document, const mime::Outline& outline,
                                     Verifier& verifier, const VerifyPolicy& policy) {
  const bool single = outline.parts.size() == 1;
  std::vector<SignatureLayer> layers = SM_TRY(verify_layers(document, outline, verifier));
  for (OpenedPart& part : opened.opened) {
    std::vector<SignatureLayer> inside;
    if (!part.decryption.signatures.empty())
      inside.push_back(message_layer(part.decryption, part.outline.parts.front().body, single));
    if (part.is_text)
      std::ranges::move(SM_TRY(verify_layers(*part.entity, part.outline, verifier)), std::back_inserter(inside));
    for (SignatureLayer& layer : inside) {
      layer.part = part.part;
      layer.outermost = layer.outermost && single;
      layers.push_back(std::move(layer));
    }
  }
  return judge_layers(std::move(layers), from_address(outline.top()), policy);
}

}  // namespace sm::pgpmime
