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

bool is_trace(const mime::Field& field) {
  return field.is("Received") || field.is("Delivered-To");
}

// A mail server writes its own Return-Path in the place of any other.
bool is_vouching(const mime::Field& field) {
  return field.is("From") || (mime::is_of_transport(field) && !is_trace(field) && !field.is("Return-Path"));
}

using Fields = std::vector<std::pair<std::string, std::string>>;

// Names and bodies of those that are `wanted`, sorted.
Fields fields_of(const mime::Header& header, bool (*wanted)(const mime::Field&)) {
  Fields fields;
  for (const mime::Field& field : header.fields)
    if (wanted(field)) fields.emplace_back(lower(field.name), mime::unfold(field.body));
  std::ranges::sort(fields);
  return fields;
}

}  // namespace

Result<EncryptedMessage> encrypt_at_rest(Document& document, const mime::Outline& outline, Encryptor& encryptor,
                                         const EncryptionRequest& request, bool protect_headers,
                                         const std::string& spool_directory) {
  SM_TRY(leaves_room(outline.header));
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
    if (leaves_room(root + fields)) root = mime::marked_header(root, mime::Protection::cipher) + fields;
  }
  ConcatSource payload;
  payload.add_text(root + "\r\n");
  payload.add(std::make_unique<Range>(document, Extent{outline.mbox_line.end, document.size()}));
  Spool spool(spool_directory, Spool::Content::ciphertext);
  SM_TRY(encryptor.encrypt(payload, spool, request));
  SM_TRY(spool.finish());
  const std::string mbox_line = SM_TRY(document.text(outline.mbox_line, outline.mbox_line.size()));
  return frame(std::move(spool), mbox_line, outer, outline.eol);
}

Result<std::optional<Extent>> at_rest_original(Document& payload, const mime::Outline& outline,
                                               const mime::Header& outer, const std::string& mbox_line) {
  const mime::Part& root = outline.parts.front();
  const mime::Header top = outline.top();
  const mime::Field* const field = top.find(marker);
  if (!field || mime::unfold(field->body) != "1" || root.header.content_type.value != "message/rfc822")
    return std::optional<Extent>();
  // Read behind the line that it stood behind, which decides about a ">From " that follows.
  const std::uint64_t seen = std::min<std::uint64_t>(root.body.size(), limits::header_bytes);
  Document beginning =
      Document::from_string(mbox_line + SM_TRY(payload.text({root.body.begin, root.body.begin + seen}, seen)));
  const auto original = mime::scan(beginning);
  if (!original) return std::optional<Extent>();
  const mime::Header claimed = original->top();
  if (fields_of(claimed, is_vouching) != fields_of(outer, is_vouching) ||
      !std::ranges::includes(fields_of(outer, is_trace), fields_of(claimed, is_trace)))
    return std::optional<Extent>();
  return std::optional(root.body);
}

}  // namespace sm::pgpmime
