#include "pgpmime/at_rest.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "mime/header_protection.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::string_view marker = "SM-At-Rest";

bool is_vouching(const mime::Field& field) {
  if (field.is("Received") || field.is("Return-Path") || field.is("Delivered-To")) return false;
  return field.is("From") || mime::is_of_transport(field);
}

// Each field that vouches for something, in order.
std::vector<std::pair<std::string, std::string>> vouching(const mime::Header& header) {
  std::vector<std::pair<std::string, std::string>> fields;
  for (const mime::Field& field : header.fields)
    if (is_vouching(field)) fields.emplace_back(lower(field.name), mime::unfold(field.body));
  std::ranges::sort(fields);
  return fields;
}

}  // namespace

Result<EncryptedMessage> encrypt_at_rest(Document& document, const mime::Outline& outline, Encryptor& encryptor,
                                         const EncryptionRequest& request, bool protect_headers,
                                         const std::string& spool_directory) {
  const mime::Header header = outline.top();
  std::string outer = outline.header;
  std::string root = "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: binary\r\n";
  root.append(marker).append(": 1\r\n");
  if (protect_headers) {
    outer = mime::obscured_header(header, eol_text(outline.eol));
    const mime::Header outside = mime::parse_header(outer, outline.lone_cr);
    const std::string fields =
        mime::protected_fields(header, outside, mime::Protection::cipher, false, outline.lone_cr).text;
    // Of a header that long nothing is lost, since all of it stands in the original.
    if (root.size() + fields.size() + 4096 <= limits::header_bytes)
      root = mime::marked_header(root, mime::Protection::cipher) + fields;
  }
  ConcatSource payload;
  payload.add_text(root + "\r\n");
  payload.add(std::make_unique<Range>(document, Extent{outline.mbox_line.end, document.size()}));
  Spool spool(spool_directory, Spool::Content::ciphertext);
  SM_TRY(encryptor.encrypt(payload, spool, request));
  SM_TRY(spool.finish());
  return frame(std::move(spool), SM_TRY(document.text(outline.mbox_line, outline.mbox_line.size())), outer,
               outline.eol);
}

Result<std::optional<Extent>> at_rest_original(Document& payload, const mime::Outline& outline,
                                               const mime::Header& outer) {
  const mime::Part& root = outline.parts.front();
  const mime::Header top = outline.top();
  const mime::Field* const field = top.find(marker);
  if (!field || mime::unfold(field->body) != "1" || root.header.content_type.value != "message/rfc822")
    return std::optional<Extent>();
  const mime::Outline original = SM_TRY(mime::scan(payload, root.body));
  const auto known = vouching(outer);
  const auto claimed = vouching(original.top());
  if (!std::ranges::includes(known, claimed) || outer.count("From") != original.top().count("From"))
    return std::optional<Extent>();
  return std::optional(root.body);
}

}  // namespace sm::pgpmime
