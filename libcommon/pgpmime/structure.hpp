// RFC 3156 as a shape: which part of a message is OpenPGP's, found in its Outline. PGP/MIME puts a signature beside
// what it signs (multipart/signed: the signed entity, then application/pgp-signature) and a ciphertext into a frame
// (multipart/encrypted: "Version: 1", then application/octet-stream that holds the armored message).
#pragma once

#include <optional>
#include <string>

#include "io/document.hpp"
#include "mime/outline.hpp"

namespace sm::pgpmime {

// Whether the message's header names its type and transfer encoding only once. The first counts for us (smtools(7),
// DEVIATIONS); a reader who takes the last shows what is not signed.
bool says_type_once(const mime::Outline& outline);

// RFC 1847 §2.1, RFC 3156 §5. `exact`: it has its two parts and nothing more (a further part is covered by no
// signature), and says what it is only once.
struct SignedParts {
  int whole = 0;   // the multipart/signed
  int entity = 0;  // what is signed
  int signature = 0;
  bool exact = true;
};

// Reads `part` as OpenPGP's multipart/signed; nullopt if it is something else, or too broken to hold a signature.
std::optional<SignedParts> signed_parts(const mime::Outline& outline, int part);

// RFC 1847 §2.2, RFC 3156 §4: two parts, the second holds the message. Reads `part`; nullopt if it is something else.
struct EncryptedParts {
  int whole = 0;
  int message = 0;
};
std::optional<EncryptedParts> encrypted_parts(const mime::Outline& outline, int part);

// The packets of the signatures that `encoded`, the body of a signature's part, holds: all of its armored ones, one
// after the other, or the bytes as they are. At most 1 MiB (io.too-long, data); the armor's errors.
Result<std::string> signature_packets(Source& encoded);

// The one address of From in normal form; empty if the field is missing, empty, repeated, malformed or names other than
// one mailbox: then no verdict is good.
std::string from_address(const mime::Header& header);

// `extent` of a message as it is, but with line ends `eol`; bodies of leaves with Content-Transfer-Encoding: binary
// keep theirs. Appends to `to`; `document` must outlive that.
void append_with_eol(Document& document, const mime::Outline& outline, Extent extent, Eol eol, ConcatSource& to);

// Sources that own the one they read from, for ConcatSource.
std::unique_ptr<Source> with_eol(std::unique_ptr<Source> source, Eol eol, bool lone_cr);

}  // namespace sm::pgpmime
