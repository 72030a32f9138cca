// Replies of an SMTP server (RFC 5321 §4.2), read from bytes in whatever pieces they come.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::smtp {

// Far beyond the 512 octets of RFC 5321 §4.5.3.1.5, and what a server may make us hold.
inline constexpr std::size_t max_reply_line = 4096;  // octets, without the line end
inline constexpr std::size_t max_reply_lines = 256;

struct Reply {
  int code = 0;                    // 200 to 599
  std::vector<std::string> lines;  // at least one; the text behind the code, any octet but CR LF may be in it

  bool is_success() const { return code < 300; }
  bool is_temporary() const { return code / 100 == 4; }
  // As one line for a person: "450 4.7.1 come back later"; untrusted.
  std::string text() const;
};

class ReplyReader {
 public:
  void push(std::string_view bytes) { buffer_ += bytes; }
  // The next whole reply, none if more bytes are needed. A line end is LF with or without CR. Errors: smtp.reply (data)
  // for what is no reply, or is over a limit; every later call says so too.
  Result<std::optional<Reply>> next();
  // Octets behind the last reply that was returned.
  std::size_t pending() const { return buffer_.size(); }

 private:
  Result<void> take(std::string_view line);

  std::string buffer_;
  std::size_t searched_ = 0;  // no line end before this place of the buffer
  Reply open_;
  bool whole_ = false;
  bool broken_ = false;
};

}  // namespace sm::smtp
