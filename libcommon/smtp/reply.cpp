#include "smtp/reply.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace sm::smtp {

std::string Reply::text() const {
  std::string result = std::to_string(code);
  for (const std::string& line : lines)
    if (!line.empty()) result.append(" ").append(line);
  return result;
}

Result<void> ReplyReader::take(std::string_view line) {
  const auto refuse = [](std::string message) { return fail(ErrorKind::data, "smtp.reply", std::move(message)); };
  const bool has_code = line.size() >= 3 && std::ranges::all_of(line.substr(0, 3), is_digit);
  const char separator = line.size() > 3 ? line[3] : ' ';
  if (!has_code || line[0] < '2' || line[0] > '5' || (separator != ' ' && separator != '-'))
    return refuse("the server's answer is no SMTP reply");
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  // Every line has the same code (RFC 5321 §4.2.1).
  if (!open_.lines.empty() && code != open_.code) return refuse("the lines of one reply have different codes");
  if (open_.lines.size() == max_reply_lines) return refuse("a reply has too many lines");
  open_.code = code;
  open_.lines.emplace_back(line.substr(std::min<std::size_t>(4, line.size())));
  whole_ = separator == ' ';
  return {};
}

Result<std::optional<Reply>> ReplyReader::next() {
  if (broken_) return fail(ErrorKind::data, "smtp.reply", "the server's answer is no SMTP reply");
  std::size_t begin = 0;
  const auto give_up = [&](Unexpected failure) {
    broken_ = true;
    return failure;
  };
  while (!whole_) {
    const std::size_t end = buffer_.find('\n', std::max(begin, searched_));
    const bool has_end = end != std::string::npos;
    const std::size_t size = (has_end ? end : buffer_.size()) - begin;
    if (size > max_reply_line + 1) return give_up(fail(ErrorKind::data, "smtp.reply", "a line of a reply is too long"));
    if (!has_end) {
      buffer_.erase(0, begin);
      searched_ = buffer_.size();
      return std::optional<Reply>();
    }
    std::string_view line(buffer_.data() + begin, size);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (auto taken = take(line); !taken) return give_up(Unexpected{std::move(taken).error()});
    begin = end + 1;
  }
  buffer_.erase(0, begin);
  searched_ = 0;
  whole_ = false;
  return std::optional<Reply>(std::exchange(open_, {}));
}

}  // namespace sm::smtp
