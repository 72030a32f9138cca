#include <algorithm>
#include <array>

#include "backend/idn/idn.hpp"
#include "base/primitives.hpp"
#include "cli/exit.hpp"
#include "commands.hpp"
#include "io/descriptor.hpp"
#include "json/line.hpp"
#include "text/ascii.hpp"
#include "wkd/address.hpp"

namespace sm::smwkd {
namespace {

constexpr std::size_t max_line = 4096;

class Hashes {
 public:
  explicit Hashes(cli::Context& context) : context_(context), json_(context.json()) {}

  Result<void> add(std::string_view text) {
    const wkd::Address address = SM_TRY(wkd::parse_address(text, idn::to_ascii));
    const std::string hash = wkd::hash(address.local, sha1_);
    if (json_)
      return context_.print(json_line("smwkd.hash/1", json::Object{{"address", std::string(text)}, {"hash", hash}}));
    line_.assign(hash).append(1, ' ').append(text).append(1, '\n');
    return context_.print(line_);
  }

 private:
  cli::Context& context_;
  const bool json_;
  Sha1 sha1_;
  std::string line_;
};

// Lines of stdin. One that is no address is told, and passed over.
class Lines {
 public:
  Lines(cli::Context& context, Hashes& hashes) : context_(context), hashes_(hashes) {}

  Result<int> run() {
    std::array<char, io_piece> buffer;
    DescriptorSource source(context_.input());
    while (const std::size_t size = SM_TRY(source.read(buffer))) {
      SM_TRY(take({buffer.data(), size}));
      SM_TRY(context_.flush());
    }
    if (!partial_.empty()) SM_TRY(line(partial_));
    return status_;
  }

 private:
  Result<void> take(std::string_view bytes) {
    for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
      if (partial_.empty()) {
        SM_TRY(line(bytes.substr(0, end)));
        continue;
      }
      keep(bytes.substr(0, end));
      SM_TRY(line(partial_));
      partial_.clear();
    }
    keep(bytes);
    return {};
  }

  // No more of a line than shows that it is too long.
  void keep(std::string_view bytes) { partial_.append(bytes.substr(0, max_line + 1 - partial_.size())); }

  Result<void> line(std::string_view text) {
    ++number_;
    text = trim(text);
    if (text.empty()) return {};
    auto done = text.size() > max_line ? fail(ErrorKind::data, "smwkd.line", "a line of more than 4096 bytes")
                                       : hashes_.add(text);
    if (done || done.error().kind == ErrorKind::temporary) return done;
    context_.warn("line " + std::to_string(number_) + ": " + done.error().message);
    status_ = cli::exit_data;
    return {};
  }

  cli::Context& context_;
  Hashes& hashes_;
  std::string partial_;
  std::size_t number_ = 0;
  int status_ = cli::exit_yes;
};

}  // namespace

Result<int> hash(cli::Context& context) {
  const std::vector<std::string>& arguments = context.arguments();
  Hashes hashes(context);
  if (arguments.size() == 1 && arguments.front() == "-") return Lines(context, hashes).run();
  if (std::ranges::find(arguments, "-") != arguments.end())
    return fail(ErrorKind::usage, "smwkd.stdin", "\"-\" stands for stdin, and has to stand alone");
  for (const std::string& argument : arguments) SM_TRY(hashes.add(argument));
  return 0;
}

}  // namespace sm::smwkd
