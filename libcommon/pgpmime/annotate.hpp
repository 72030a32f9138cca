// Putting a verdict into a message so that nobody else's can be taken for it: every SM-Verdict field that came in is
// removed, from the message's header and from that of every part, nested messages too, and one is put on top. All else
// keeps its bytes.
//
// Who writes mail to deceive chooses the reader that understands a header differently from us, so what is removed is
// more than the fields that we see ourselves:
// - any case; white space before the colon; with all its folds;
// - with control characters or a fold before the colon: such a line is no field to us but the end of the header, and
// has
//   to stay that, so its name goes and the rest from the colon on stays;
// - at the beginning of the header even behind white space, where it would continue no field;
// - behind a CR alone, which ends a line for some readers and not for others, and with control characters or a fold
//   before the colon: this is no field to us, and what the line is must not change, so only the name goes;
// - where a header ends without a blank line, up to the first blank line, because some readers skip what is no field.
// The body of a part is not looked into, nor is what mime::Tokenizer takes for text: parts beyond limits::mime_depth
// and limits::mime_parts, and messages with a transfer encoding. After a header that is too long for it
// (limits::header_bytes), nothing is looked into but the rest of that header.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/document.hpp"
#include "io/filters.hpp"
#include "io/stream.hpp"

namespace sm::pgpmime {

// Where the headers of a message are, and how its lines end; made by one pass, which never fails because of what the
// message contains.
struct HeaderMap {
  // Of all parts, in order and apart, each with its empty line; the first is the message's, perhaps empty.
  std::vector<Extent> headers;
  Eol eol = Eol::lf;  // of the first line
};

// Fails with the document's errors only.
Result<HeaderMap> map_headers(Document& document);

// `document` without SM-Verdict fields, and with `field` (its line end included) before the first field of its header,
// after the "From " line of an mbox and after lines that would otherwise continue ours. `document` must outlive it.
std::unique_ptr<Source> annotated(Document& document, HeaderMap map, std::string field);

// The removal in one header: a filter of bytes, in bounded memory. Stops looking behind the first empty line.
class VerdictRemover {
 public:
  // `eol`: of the message; with Eol::cr a CR alone ends a line. `insert` is put before the first line of the first
  // header that does not begin with white space.
  explicit VerdictRemover(Eol eol, std::string insert = {});
  // Appends to `out` what stays.
  void put(std::string_view bytes, std::string& out);
  // The header is over: gives out what was held.
  void finish(std::string& out);
  // Another header follows; `last` is the byte of the message before it, if there is one.
  void restart();
  void follow(char last) { last_ = last; }

 private:
  enum class State {
    line_start,
    start_cr,  // the line begins with CR: empty, or a CR alone
    line,      // within a line that stays
    after_cr,  // the same, and the CR is held
    lead,      // white space before any field is held
    name,      // `matched_` characters of the name are held
    gap,       // the name, and what may stand between it and the colon
    gap_cr,
    gap_lf,
    field,     // within a field that goes
    field_cr,  // behind its line end
    field_lf,
    over,
  };
  void put_all(std::string_view bytes, std::string& out);
  void put(char c, std::string& out);
  void start_line(char c, std::string& out);
  void continue_gap(char c, std::string& out);
  void end_name(char c, std::string& out);
  void leave_field(char c, std::string& out);
  void give_up(char c, std::string& out);
  void put_insert(std::string& out);

  State state_ = State::line_start;
  bool lone_cr_;
  std::string_view eol_;
  std::string insert_;
  char last_ = 0;  // that was given out
  std::string held_;
  std::size_t matched_ = 0;
  std::size_t gap_ = 0;      // where in held_ the name ends
  bool inner_ = false;       // the name stands behind a CR that is no line end to us
  bool field_seen_ = false;  // some line did not begin with white space
};

}  // namespace sm::pgpmime
