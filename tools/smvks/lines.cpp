#include "lines.hpp"

#include <array>

namespace sm::smvks {

Result<std::optional<Lines::Line>> Lines::next() {
  Line line;
  std::array<char, max_line> buffer;
  while (true) {
    const std::size_t end = read_.find('\n');
    const std::string piece = read_.substr(0, end);
    line.too_long = line.too_long || line.text.size() + piece.size() > max_line;
    if (!line.too_long) line.text += piece;
    read_.erase(0, end == std::string::npos ? end : end + 1);
    if (end != std::string::npos) return std::optional(std::move(line));
    if (ended_) break;
    const std::size_t size = SM_TRY(source_.read(buffer));
    ended_ = size == 0;
    read_.append(buffer.data(), size);
  }
  // The last line may lack its end.
  if (line.text.empty() && !line.too_long) return std::optional<Line>();
  return std::optional(std::move(line));
}

}  // namespace sm::smvks
