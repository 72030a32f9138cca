// Header fields of a message or part (RFC 5322 §2.2, RFC 2045 §5.1, RFC 2231), over raw bytes. Nothing is ever written
// again from a parsed form: a Header remembers the exact bytes of each field, and so what is not changed keeps its
// bytes.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/filters.hpp"

namespace sm::mime {

// RFC 5322 §2.1.1: characters of a line, without its end.
inline constexpr std::size_t longest_line = 998;

// One field with its folds. The views point into the text given to parse_header.
struct Field {
  std::string_view raw;  // name to last line end, all of it
  std::string_view
      name;  // as written, without white space before the colon (RFC 5322 §4.5.8 allows it in obsolete mail)
  std::string_view body;  // after the colon, folds included, without the last line end

  bool is(std::string_view other) const;  // ASCII case does not matter
  bool is_content() const;                // a Content-* field (RFC 2045 §9)
};

// The body of a field without folds (RFC 5322 §2.2.3: the line end goes, the white space stays), trimmed. A lone CR, LF
// or NUL left inside becomes a space.
std::string unfold(std::string_view body);

struct Header {
  std::vector<Field> fields;  // in order
  // Lines that are neither a field nor the continuation of one (a header ends at the first such line, so these are
  // continuations before any field, or a "From " or ">From " among the fields). They stand in `fields` too, with an
  // empty name, to be kept.
  std::size_t strays = 0;

  // The first, or nullptr.
  const Field* find(std::string_view name) const;
  std::size_t count(std::string_view name) const;
};

// `text`: the header without its blank line; line ends LF, CRLF, and CR if `lone_cr`. Must outlive the result.
Header parse_header(std::string_view text, bool lone_cr = false);

// Whether a field of this name begins behind a CR alone, which ends no line to us but does to some readers.
bool hides_field(const Header& header, std::string_view name);

// A value with parameters: Content-Type, Content-Disposition.
struct Parameterized {
  std::string value;  // lower case: "text/plain", "attachment"; empty if malformed
  // Names in lower case; RFC 2231 continuations joined, percent escapes and charset of extended ones resolved to UTF-8
  // where possible, else the bytes; the first of equal names wins, and `repeated` says that there was another.
  std::vector<std::pair<std::string, std::string>> parameters;
  bool repeated = false;
  bool damaged = false;  // something was skipped to get here

  // nullptr if absent.
  const std::string* find(std::string_view name) const;
};

// `body` of a field, folded or not. Comments (RFC 5322 §3.2.2) are skipped; quoted strings are unquoted; encoded words
// (RFC 2047 §5 forbids them here) stay as they are. A value that should have been quoted goes up to ";" or white space;
// at most 1,000 parameters.
Parameterized parse_parameterized(std::string_view body);
// The same for Content-Type, whose value must be type "/" subtype (RFC 2045 §5.1): anything else is malformed.
Parameterized parse_content_type(std::string_view body);

// `body` without its parameters of these names (lower case; continuations count) and the ";" before each; all else
// keeps its bytes.
std::string without_parameters(std::string_view body, std::initializer_list<std::string_view> names);
// `field`, a Content-Type field with lines that end with CRLF, with `parameters` ("hp=\"clear\"") behind those it has.
// One that ends inside a comment or a quoted string is written anew as parse_content_type() reads it.
std::string with_parameters(const std::string& field, std::string_view parameters);

// The value of an extended parameter ("name*=", RFC 2231 §4) that says `text`, which should be UTF-8.
std::string extended_value(std::string_view text);

// Transfer encoding (RFC 2045 §6): identity for 7bit, 8bit and absent.
enum class Encoding { identity, binary, quoted_printable, base64, unknown };
Encoding parse_encoding(std::string_view body);

// Encoded words (RFC 2047) and raw bytes turned into UTF-8 for showing; never used to decide anything. Charsets by
// iconv(3); an unknown one leaves the word as it is; bytes that are not UTF-8 pass (printable() escapes them).
std::string display_text(std::string_view body);

// UTF-8 text as encoded words (RFC 2047) of at most 75 characters with blanks between them, which fold_field() folds
// at.
std::string encoded_words(std::string_view text);

// The field `name: body`, its last `eol` included, folded at white space to lines of at most 76 characters where it can
// be; `body` must be ASCII without line ends.
std::string fold_field(std::string_view name, std::string_view body, std::string_view eol);

// For parsers of structured fields. Where the comment (RFC 5322 §3.2.2, nested to any depth) or the quoted string
// (§3.2.4) that begins at `at` ends: after its last character; npos if it does not. `content` gets the string without
// quoting.
std::size_t comment_end(std::string_view text, std::size_t at);
std::size_t quoted_string_end(std::string_view text, std::size_t at, std::string& content);

}  // namespace sm::mime
