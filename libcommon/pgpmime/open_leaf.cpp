#include "pgpmime/open_leaf.hpp"

#include "crypto/armor.hpp"
#include "mime/decoded_body.hpp"

namespace sm::pgpmime {

namespace {

class CipherSource final : public Source {
 public:
  CipherSource(Document& document, const mime::Part& part)
      : body_(mime::decoded_body(document, part)), packets_(*body_) {}
  Result<std::size_t> read(std::span<char> buffer) override { return packets_.read(buffer); }

 private:
  std::unique_ptr<Source> body_;
  DearmorSource packets_;
};

}  // namespace

Unexpected damaged_message() {
  return fail(ErrorKind::data, "crypto.damaged", "the encrypted message is damaged");
}

Result<OpenedLeaf> open_leaf(Document& document, const mime::Part& part, Decryptor& decryptor,
                             const DecryptionLimits& bounds, const std::string& spool_directory) {
  CipherSource cipher(document, part);
  const Ciphertext ciphertext(cipher, [&] { return std::make_unique<CipherSource>(document, part); });
  Spool spool(spool_directory);
  auto decryption = decryptor.decrypt(ciphertext, spool, bounds);
  if (!decryption) {
    if (decryption.error().kind == ErrorKind::data) return damaged_message();
    return Unexpected{std::move(decryption).error()};
  }
  SM_TRY(spool.finish());
  return OpenedLeaf{Document::from_spool(std::move(spool)), std::move(*decryption)};
}

}  // namespace sm::pgpmime
