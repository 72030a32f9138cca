#include "bulk/skip.hpp"

#include <array>
#include <utility>

#include "io/descriptor.hpp"
#include "json/value.hpp"
#include "text/ascii.hpp"

namespace sm::bulk {
namespace {

constexpr std::size_t max_result = 4 * 1024 * 1024;  // octets of a line

}  // namespace

Result<std::set<std::string>> read_subjects(const std::string& path) {
  const Descriptor file = SM_TRY(open_input(path));
  DescriptorSource source(file.get());
  std::set<std::string> subjects;
  std::string line;
  bool any = false;
  const auto take = [&] {
    any = true;
    const auto value = json::read(std::exchange(line, {}));
    const json::Value* subject = nullptr;
    if (value)
      for (const char* member : {"domain", "host"})
        if (!subject) subject = value->find(member);
    if (subject && subject->string()) subjects.insert(lower(*subject->string()));
  };
  std::array<char, io_piece> buffer;
  while (const std::size_t size = SM_TRY(source.read(buffer))) {
    std::string_view bytes(buffer.data(), size);
    while (!bytes.empty()) {
      const std::size_t end = bytes.find('\n');
      line += bytes.substr(0, end);
      if (line.size() > max_result)
        return fail(ErrorKind::data, "bulk.skip", path + ": a line is too long to be a result");
      if (end == std::string_view::npos) break;
      take();
      bytes.remove_prefix(end + 1);
    }
  }
  // A line that is torn is one to be asked again; it stands in the middle where results were appended to it.
  if (any && subjects.empty())
    return fail(ErrorKind::data, "bulk.skip", path + " has no result of check in it", "give what check --json wrote");
  return subjects;
}

}  // namespace sm::bulk
