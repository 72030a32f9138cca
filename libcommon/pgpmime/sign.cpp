#include "pgpmime/sign.hpp"

#include "crypto/armor.hpp"
#include "mime/transform.hpp"
#include "mime/writer.hpp"
#include "pgpmime/frame.hpp"
#include "pgpmime/structure.hpp"

namespace sm::pgpmime {

Result<SignedMessage> sign(Document& document, const mime::Outline& outline, Signer& signer, const Fingerprint& key,
                           Hash hash, bool protect_headers, const std::string& spool_directory) {
  mime::SevenBit entity(document, outline);
  std::vector<mime::Finding> findings = entity.findings();
  mime::Protection protection = mime::Protection::none;
  mime::ProtectedFields fields;
  SM_TRY(leaves_room(outline.header));
  if (protect_headers && signed_parts(outline, 0)) {
    findings.push_back({"pgpmime.header-unprotected", 0, 0});
  } else if (protect_headers) {
    const mime::Header header = outline.top();
    protection = mime::Protection::clear;
    fields = mime::protected_fields(header, header, protection, true, outline.lone_cr);
    if (!fields.left_out.empty()) findings.push_back({"mime.header-8bit", 0, 0});
    SM_TRY(leaves_room(fields.text));
  }
  Spool spool(spool_directory);
  const auto source = entity.open(protection, fields.text);
  TeeSource copied(*source, spool);
  const DetachedSignature signature = SM_TRY(signer.sign(copied, key, hash));
  SM_TRY(spool.finish());

  const std::string eol(eol_text(outline.eol));
  const std::string boundary = mime::make_boundary();
  SignedMessage result;
  result.payload = std::make_unique<Document>(Document::from_spool(std::move(spool)));
  result.hash = signature.hash;
  result.findings = std::move(findings);

  result.message.add_text(SM_TRY(document.text(outline.mbox_line, outline.mbox_line.size())));
  result.message.add_text(mime::replace_content(outline.top(),
                                                "Content-Type: multipart/signed; micalg=pgp-" + signature.hash + ";" +
                                                    eol + " protocol=\"application/pgp-signature\";" + eol +
                                                    " boundary=\"" + boundary + "\"" + eol,
                                                eol) +
                          eol + "--" + boundary + eol);
  result.message.add(with_eol(std::make_unique<Range>(*result.payload, result.payload->all()), outline.eol, false));
  // RFC 2046 §5.1.1: this line end belongs to the delimiter, not to what is signed.
  result.message.add_text(eol + "--" + boundary + eol +
                          "Content-Type: application/pgp-signature; name=\"signature.asc\"" + eol +
                          "Content-Description: OpenPGP digital signature" + eol + eol +
                          armor(ArmorKind::signature, signature.packets, eol) + eol + "--" + boundary + "--" + eol);
  return result;
}

}  // namespace sm::pgpmime
