#include "pgpmime/encrypted.hpp"

#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "mime/decoded_body.hpp"
#include "pgpmime/leaf.hpp"
#include "pgpmime/mixed_up.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::string_view oid_enveloped_data("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", 11);
constexpr std::string_view oid_auth_enveloped_data("\x06\x0b\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17", 13);

// ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, … } (RFC 5652 §3); the length may be indefinite.
bool is_enveloped(std::string_view der) {
  if (der.size() < 2 || der[0] != '\x30') return false;
  const auto length = static_cast<unsigned char>(der[1]);
  const std::size_t length_bytes = length > 0x80 ? length & 0x7fU : 0;
  if (der.size() < 2 + length_bytes) return false;
  der.remove_prefix(2 + length_bytes);
  return der.starts_with(oid_enveloped_data) || der.starts_with(oid_auth_enveloped_data);
}

// CMS of any type that is no text: many a mail program calls it application/octet-stream (RFC 8551 §3.2.1 has both).
Result<bool> holds_enveloped(Document& document, const mime::Part& part) {
  if (part.header.kind != mime::PartKind::leaf || part.header.content_type.value.starts_with("text/")) return false;
  const auto body = mime::decoded_body(document, part);
  const std::string der = SM_TRY(beginning(*body, 32));
  return is_enveloped(der);
}

}  // namespace

Result<std::optional<EncryptedParts>> find_encrypted(Document& document, const mime::Outline& outline) {
  int part = 0;
  for (auto around = signed_parts(outline, part); around && around->exact; around = signed_parts(outline, part))
    part = around->entity;
  const auto parts = encrypted_parts(outline, part);
  // RFC 3156 §4: the first is "Version: 1"; there are writers who turn them round.
  if (parts && outline.part(parts->message).header.content_type.value != "application/pgp-encrypted") return parts;
  const auto found = SM_TRY(mixed_up_parts(document, outline, part));
  return found ? found : parts;
}

Result<bool> claims_encryption(Document& document, const mime::Outline& outline) {
  const mime::Parameterized& type = outline.parts.front().header.content_type;
  const std::string* protocol = type.find("protocol");
  if (type.value == "multipart/encrypted" && protocol)
    return equal_ignoring_case(*protocol, "application/pgp-encrypted");
  return SM_TRY(find_encrypted(document, outline)).has_value();
}

Result<bool> may_be_encrypted(std::string_view first_bytes) {
  Document document = Document::from_string(std::string(first_bytes));
  const mime::Outline outline = SM_TRY(mime::scan(document));
  const mime::Part& root = outline.parts.front();
  for (const char* type :
       {"multipart/encrypted", "multipart/signed", "application/pkcs7-mime", "application/x-pkcs7-mime"})
    if (root.header.content_type.value == type) return true;
  if (SM_TRY(holds_enveloped(document, root))) return true;
  for (const mime::Part& part : outline.parts) {
    if (part.header.kind == mime::PartKind::message) return false;
    if (part.header.kind != mime::PartKind::leaf) continue;
    bool blank = false;
    // Cut off in the header of a part, that header's last line is none.
    if (part.parent >= 0 && part.body.end == document.size() &&
        first_bytes.substr(static_cast<std::size_t>(part.body.begin)).find('\n') == std::string_view::npos)
      return true;
    // The first leaf that shows something decides.
    if (!SM_TRY(may_become_encrypted(document, part, blank))) return false;
    if (!blank) return true;
  }
  return true;
}

Result<bool> is_encrypted(Document& document, const mime::Outline& outline) {
  if (const auto parts = SM_TRY(find_encrypted(document, outline))) {
    const auto body = mime::decoded_body(document, outline.part(parts->message));
    DearmorSource packets(*body);
    const auto bytes = beginning(packets, 1);
    if (!bytes) {
      if (bytes.error().kind == ErrorKind::data) return false;
      return Unexpected{bytes.error()};
    }
    const int tag = first_tag(*bytes).value_or(0);
    return tag == packet_pkesk || tag == packet_skesk;
  }
  if (SM_TRY(holds_enveloped(document, outline.parts.front()))) return true;
  bool encrypted = false;
  for (const mime::Part& part : outline.parts) {
    if (part.header.kind == mime::PartKind::message) return false;
    if (part.header.kind != mime::PartKind::leaf) continue;
    const Leaf::Kind kind = SM_TRY(look_at(document, part)).kind;
    encrypted = encrypted || kind == Leaf::Kind::encrypted;
    if (kind != Leaf::Kind::encrypted && kind != Leaf::Kind::blank) return false;
  }
  return encrypted;
}

}  // namespace sm::pgpmime
