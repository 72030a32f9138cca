// What a leaf of a message is to OpenPGP, by its bytes and, where those could be anything, by its name: text with
// blocks in it, an encrypted file, a detached signature.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "io/document.hpp"
#include "mime/outline.hpp"
#include "pgpmime/inline.hpp"

namespace sm::pgpmime {

struct Leaf {
  enum class Kind {
    other,           // nothing of OpenPGP's
    blank,           // text that shows nothing: white space, or HTML without a word
    text,            // text with blocks or without
    encrypted,       // nothing but one OpenPGP message whose first packet is a PKESK or SKESK (RFC 9580 §5.1, §5.3)
    signed_message,  // nothing but one OpenPGP message that is none of these: signed, compressed
    signature,       // nothing but one detached signature
    version,         // application/pgp-encrypted with "Version: 1" (RFC 3156 §4)
  };
  Kind kind = Kind::other;
  bool is_text = false;  // its type is text/*, or application/pgp
  InlineText text;       // of a text, and of an attachment in armor
};

// Whether every reader shows the part as the text that it is: text/plain, or application/pgp, which mail programs wrote
// for inline OpenPGP before there was PGP/MIME.
bool is_plain_text(const mime::PartHeader& header);

// Reads `part`, a leaf, to its end if it is text or in armor. Errors: the document's.
Result<Leaf> look_at(Document& document, const mime::Part& part);

// Whether `part`, which may be cut off where only the beginning of a message is at hand, can become blank, encrypted or
// a version by what may follow; sets `blank` if nothing is seen of it yet.
Result<bool> may_become_encrypted(Document& document, const mime::Part& part, bool& blank);

// `name` less the first of these endings that it has, in any case; nullopt if it has none, or nothing else.
std::optional<std::string> without_suffix_of(std::string_view name, std::initializer_list<std::string_view> suffixes);

// The name that a part has as a file (RFC 2183 §2.3, else the parameter name of its type), as it stands there; empty if
// it has none.
Result<std::string> file_name(Document& document, const mime::Part& part);

}  // namespace sm::pgpmime
