#include "bulk/subjects.hpp"

#include <algorithm>
#include <array>

#include "io/descriptor.hpp"
#include "text/ascii.hpp"

namespace sm::bulk {

Result<Subjects> Subjects::open(const cli::Context& context) {
  Subjects subjects;
  const std::vector<std::string>& arguments = context.arguments();
  if (arguments.size() == 1 && arguments.front() == "-") {
    subjects.input_ = context.input();
    return subjects;
  }
  if (std::ranges::find(arguments, "-") != arguments.end())
    return fail(ErrorKind::usage, "bulk.stdin", "\"-\" stands for stdin, and has to stand alone");
  for (const std::string& argument : arguments) subjects.lines_.push_back({argument, 0, false});
  return subjects;
}

Result<std::optional<std::string>> Subjects::next() {
  if (lines_.empty()) return std::optional<std::string>();
  Line line = std::move(lines_.front());
  lines_.pop_front();
  line_ = line.number;
  if (line.too_long) return fail(ErrorKind::data, "bulk.line", "longer than " + std::to_string(max_subject));
  return std::optional(std::move(line.text));
}

Result<void> Subjects::read() {
  std::array<char, io_piece> buffer;
  DescriptorSource source(input_);
  const std::size_t size = SM_TRY(source.read(buffer));
  if (size == 0) {
    end_line();
    input_ = -1;
  }
  take({buffer.data(), size});
  return {};
}

void Subjects::take(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    too_long_ = too_long_ || partial_.size() + piece.size() > max_subject;
    if (!too_long_) partial_ += piece;
    if (end == std::string_view::npos) return;
    end_line();
    bytes.remove_prefix(end + 1);
  }
}

void Subjects::end_line() {
  ++read_lines_;
  const std::string_view text = trim(partial_);
  if (too_long_ || (!text.empty() && text.front() != '#'))
    lines_.push_back({std::string(text), read_lines_, too_long_});
  partial_.clear();
  too_long_ = false;
}

}  // namespace sm::bulk
