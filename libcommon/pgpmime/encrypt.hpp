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
#include "pgpmime/frame.hpp"

namespace sm::pgpmime {

struct EncryptOptions {
  bool keep_bcc = false;  // Bcc and Resent-Bcc stay outside; inside they never are
  bool protect_headers = true;
  bool at_rest = false;  // encrypt_at_rest(); needs a Plaintext that was read whole
};

// A message of which the header is known and the rest still to be read: what it says decides to whom, and whether at
// all, it is encrypted.
class Plaintext {
 public:
  // `fd` is read from its present position. Only the header is read, unless the `whole` is asked for, or the message
  // looks encrypted or signed already: then all of it, since that must be sure before the first byte. mime.empty
  // (data): neither a header field nor a body; mime.header-too-long.
  static Result<Plaintext> begin(int fd, bool whole, const std::string& spool_directory);
  Plaintext(Plaintext&&) noexcept;
  ~Plaintext();

  // The fields of the message; valid as long as this object.
  const mime::Header& header() const;
  // PGP/MIME whose first packet is a PKESK or SKESK, or S/MIME enveloped data by its CMS content type. A message that
  // only says so in its header is not.
  bool already_encrypted() const;
  // All of it as it came; instead of encrypting, to be read once.
  Source& unchanged();

  struct State;

 private:
  friend Result<EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor, const EncryptionRequest& request,
                                          const EncryptOptions& options, const std::string& spool_directory);
  explicit Plaintext(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The content moves inside in canonical form: as for a signature (mime::SevenBit) if the request signs, else with CRLF
// and otherwise as it is. With `protect_headers` the header fields are protected by hp="cipher" (RFC 9788), except
// where the content is signed already: then what its signer protected is hidden outside, or nothing
// (pgpmime.header-unprotected). Fields that are not Content-* and not hidden keep bytes and order. A request that signs
// needs a Plaintext that was read whole. Errors: the encryptor's, the input's; mime.header-too-long (data).
Result<EncryptedMessage> encrypt(Plaintext& plaintext, Encryptor& encryptor, const EncryptionRequest& request,
                                 const EncryptOptions& options, const std::string& spool_directory);

}  // namespace sm::pgpmime
