#include "pgpmime/decrypt.hpp"

#include <algorithm>
#include <iterator>

#include "crypto/armor.hpp"
#include "io/memory.hpp"
#include "mime/transform.hpp"
#include "mime/writer.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

namespace {

// One text for every reason: whoever sends mail to a filter must not learn from its answer what his change did.
Unexpected damaged() {
  return fail(ErrorKind::data, "crypto.damaged", "the encrypted message is damaged");
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
  const auto parts = encrypted_parts(outline, 0);
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

  const std::string eol(eol_text(outline.eol));
  std::string content;
  for (const mime::Field& field : result.outline.top().fields)
    if (field.is_content()) content += field.raw;
  if (content.empty()) content = mime::content_header(result.outline);
  StringSource fields(content);
  EolSource converted(fields, outline.eol, result.outline.lone_cr);
  content = SM_TRY(read_all(converted, 2 * limits::header_bytes));

  result.message.add_text(SM_TRY(document.text(outline.mbox_line, outline.mbox_line.size())));
  result.message.add_text(mime::replace_content(outline.top(), content, eol) + eol);
  append_with_eol(*result.payload, result.outline, result.outline.parts.front().body, outline.eol, result.message);
  return result;
}

Result<MessageVerdict> verify_decrypted(DecryptedMessage& message, const mime::Outline& outline, Verifier& verifier,
                                        const VerifyPolicy& policy) {
  std::vector<SignatureLayer> layers;
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
  return judge_layers(std::move(layers), from_address(outline.top()), policy);
}

}  // namespace sm::pgpmime
