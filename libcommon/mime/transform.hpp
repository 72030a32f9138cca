// The two forms in which a message's content goes into cryptography. Both give the MIME entity that RFC 3156 protects:
// the Content-* fields of the message's header, a blank line and the body; a message without Content-Type gets one:
// text/plain (see content_header).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/document.hpp"
#include "mime/header_protection.hpp"
#include "mime/outline.hpp"

namespace sm::mime {

// The header of the entity inside, with CRLF ends and without the blank line: the Content-* fields of the message in
// their order, folds kept, white space before a line end moved to the next line. Without a Content-Type: "text/plain",
// with charset us-ascii, or if the body is 8bit utf-8 where it is valid, else unknown-8bit (RFC 1428 §3), and
// Content-Transfer-Encoding 8bit where that is not there.
std::string content_header(const Outline& outline);

// Form for signing (RFC 3156 §3, RFC 3676 §4, RFC 2046 §5.2.1): CRLF, everything 7bit, no white space at the end of a
// line, no "From " at its beginning, no line beyond 998 bytes: leaves that need it become quoted-printable (text) or
// base64 (all else, NUL, binary), their Content-Transfer-Encoding field is replaced or added. A label 8bit or binary
// becomes 7bit where nothing 8bit is left inside. Once transformed, it does not change again.
//
// multipart/signed, multipart/encrypted and application/pkcs7-mime inside are opaque: nothing in them changes but line
// ends (a binary pkcs7-mime becomes base64). So are leaves of an unknown encoding, composite types that could not be
// read, and multiparts without a part. What in these a signature would want otherwise is reported: mime.opaque-8bit,
// mime.opaque-fragile. Also reported: mime.header-8bit; mime.text-dropped, a preamble and epilogue that would not
// survive and go (RFC 2046 §5.1.1: they mean nothing); mime.closing-added, a last delimiter that was missing.
class SevenBit {
 public:
  // Both must outlive it.
  SevenBit(Document& document, const Outline& outline);
  ~SevenBit();
  // A fresh Source of the entity each time. With a `protection` its header is marked_header(), and `extra_header` are
  // the fields that it protects, lines that end with CRLF.
  std::unique_ptr<Source> open(Protection protection = Protection::none, std::string_view extra_header = {});
  const std::vector<Finding>& findings() const;

 private:
  struct Plan;
  std::unique_ptr<Plan> plan_;
};

// Form for encryption alone: CRLF, except the bodies of binary leaves, which pass byte for byte; nothing is re-encoded.
// Reads its input once, and holds none of it but the header; only a message without Content-Type is spooled, to learn
// which charset to name.
class CanonicalEntity {
 public:
  // Reads the header of the message from `source`, which must outlive it. mime.header-too-long; mime.empty (data) when
  // there is neither a header field nor a body.
  static Result<CanonicalEntity> begin(Source& source, const std::string& spool_directory);
  CanonicalEntity(CanonicalEntity&&) noexcept;
  ~CanonicalEntity();

  const std::string& mbox_line() const;  // with its line end, or empty
  const std::string& header() const;     // the message's header as it came, without the blank line
  Eol eol() const;                       // of the first line
  // What content_header() says for it.
  const std::string& content_header() const;
  // The entity: `content_header` (lines that end with CRLF), a blank line, the body. To be read once. Lives as long as
  // this object.
  Source& entity(std::string content_header);

 private:
  struct State;
  explicit CanonicalEntity(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace sm::mime
