// Encrypting a message: multipart/encrypted of RFC 3156 §4 (and §6.2 with a signature in the same OpenPGP message)
// around its content.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/ports.hpp"
#include "io/document.hpp"
#include "io/filters.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// A message of which the header is known and the rest still to be read: what it says decides to whom, and whether at
// all, it is encrypted.
class Plaintext {
 public:
  // `fd` is read from its present position. Only the header is read, unless `for_signature`, or the message looks
  // encrypted already: then all of it, since both must be sure before the first byte. mime.empty (data): neither a
  // header field nor a body; mime.header-too-long.
  static Result<Plaintext> begin(int fd, bool for_signature, const std::string& spool_directory);
  Plaintext(Plaintext&&) noexcept;
  ~Plaintext();

  // The fields of the message; valid as long as this object.
  const mime::Header& header() const;
  // PGP/MIME whose first packet is a PKESK or SKESK, or S/MIME enveloped data by its CMS content type. A message that
  // only says so in its header is not.
  bool already_encrypted() const;
  // All of it as it came; instead of encrypting, to be read once.
  Source& unchanged();

 private:
  struct State;
  friend Result<struct EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor,
                                                 const EncryptionRequest& request, bool keep_bcc,
                                                 const std::string& spool_directory);
  explicit Plaintext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct EncryptedMessage {
  std::unique_ptr<Document> cipher;  // binary OpenPGP message; `message` reads it
  ConcatSource message;              // the whole message, to be read once
  std::vector<mime::Finding> findings;
};

// The content moves inside in canonical form: as for a signature (mime::SevenBit) if the request signs, else with CRLF
// and otherwise as it is. Fields that are not Content-* keep bytes and order; Bcc and Resent-Bcc are left out unless
// `keep_bcc`. A request that signs needs a Plaintext begun `for_signature`. Errors: the encryptor's, the input's.
Result<EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor, const EncryptionRequest& request,
                                 bool keep_bcc, const std::string& spool_directory);

}  // namespace sm::pgpmime
