// Header protection (RFC 9788). A message's own header stands outside the signature and the encryption: whoever carries
// the mail can read and change it. So the sender's program copies the header fields to the root of what is protected
// (the payload), marks its Content-Type with hp="clear" (signed) or hp="cipher" (encrypted), and hides outside what
// need not be seen there: the Subject becomes "[...]" (hcp_baseline, §3.2.1). With hp="cipher", HP-Outer fields inside
// say what each field looked like outside (§2.2), so that a reader knows what was secret. The reader shows the fields
// of the payload in place of those outside.
//
// Before that RFC, Enigmail and Autocrypt did the same with the mark protected-headers="v1" and without HP-Outer
// (draft-autocrypt-lamps-protected-headers); Thunderbird and K-9 read only that one, so both marks are written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/filters.hpp"
#include "mime/header.hpp"

namespace sm::mime {

enum class Protection {
  none,
  clear,   // hp="clear": signed
  cipher,  // hp="cipher": encrypted
};

// ---- writing

// `header` as it stands outside of an encryption (hcp_baseline, §3.2.1): Subject is "[...]", Keywords and Comments are
// gone; every other field keeps bytes and order.
std::string obscured_header(const Header& header, std::string_view eol);

// What is not copied inside, besides Content-* and MIME-Version (§1.1.1): Bcc and Resent-Bcc, HP-Outer, and what stands
// there by the way of the mail and not by its sender (is_of_transport).
struct ProtectedFields {
  std::string text;  // lines that end with CRLF
  // Names, in lower case, of which none is inside, since one of them holds 8bit or a line of over 998 characters that a
  // signature would not survive.
  std::vector<std::string> left_out;
};

// The copies of the fields of `header`, and with Protection::cipher an HP-Outer field for each that `outside` has. With
// `seven_bit` nothing 8bit is in the result: unstructured fields become encoded words, others are left out.
ProtectedFields protected_fields(const Header& header, const Header& outside, Protection protection, bool seven_bit,
                                 bool lone_cr);

// The header of an entity (lines that end with CRLF) with both marks on its first Content-Type, and without old ones.
// Without a Content-Type it gets text/plain.
std::string marked_header(std::string_view header, Protection protection);

// ---- reading

// What the mark of a payload's root says; `older` for protected-headers="v1" alone, whose Protection is none.
struct HeaderMark {
  Protection protection = Protection::none;
  bool older = false;
};
std::optional<HeaderMark> header_mark(const Parameterized& content_type);

// Fields that are never taken from inside: verdicts and traces of the mail's way, which only programs on the receiver's
// side write: SM-Verdict, SM-At-Rest, Authentication-Results, ARC-*, Received*, Return-Path, Delivered-To, DKIM-*,
// X-Spam-*.
bool is_of_transport(const Field& field);
// Whether a field inside counts as protected: no Content-*, MIME-Version, HP-Outer, Autocrypt-Gossip, nor of transport.
bool is_protected(const Field& field);

// `outer`, the message's header, with the protected fields of `inside`, the header of the payload's root, in the place
// of those of the same name; further ones follow at the end, but for a Subject by the older draft, which only ever
// takes the place of one. `keep_from`: From stays the one outside. With hp="cipher" a To, Cc or a field that says where
// answers go that only stands outside is left out: an answer would carry what was decrypted to whoever put it there
// (§4.2 has all fields from the payload then).
std::string restored_header(const Header& outer, const Header& inside, const HeaderMark& mark, bool keep_from, Eol eol,
                            bool inside_lone_cr);

// Names, in lower case and each once, of the protected fields of `inside` that stand in `outer` and say something else,
// and of those that only stand in `outer` and say where answers go. With HP-Outer fields those that were sent so don't
// count, nor does "[...]" or "..." for a Subject.
std::vector<std::string> altered_fields(const Header& outer, const Header& inside);

// `body` of a Content-Type field without the marks.
std::string unmarked(std::string_view body);

}  // namespace sm::mime
