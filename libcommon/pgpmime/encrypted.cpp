#include "pgpmime/encrypted.hpp"

#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "pgpmime/structure.hpp"

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

// The first bytes of a stream, fewer only at its end.
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

}  // namespace

bool may_be_encrypted(std::string_view content_type) {
  return content_type == "multipart/encrypted" || content_type == "application/pkcs7-mime" ||
         content_type == "application/x-pkcs7-mime";
}

Result<bool> is_encrypted(Document& document, const mime::Outline& outline) {
  const mime::Part& root = outline.parts.front();
  if (!may_be_encrypted(root.header.content_type.value)) return false;
  if (const auto parts = encrypted_parts(outline, 0)) {
    const auto body = decoded_body(document, outline.parts.at(static_cast<std::size_t>(parts->message)));
    DearmorSource packets(*body);
    const auto bytes = beginning(packets, 1);
    if (!bytes) {
      if (bytes.error().kind == ErrorKind::data) return false;
      return Unexpected{bytes.error()};
    }
    const int tag = first_tag(*bytes).value_or(0);
    return tag == packet_pkesk || tag == packet_skesk;
  }
  if (root.header.kind != mime::PartKind::leaf) return false;
  const auto body = decoded_body(document, root);
  const std::string der = SM_TRY(beginning(*body, 32));
  return is_enveloped(der);
}

}  // namespace sm::pgpmime
