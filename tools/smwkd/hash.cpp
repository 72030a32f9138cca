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
    const std::string_view local = SM_TRY(wkd::local_part(text));
    // Lists are of one domain, or sorted by it.
    const std::string_view domain = text.substr(local.size() + 1);
    if (domain.empty() || domain != domain_) {
      SM_TRY(wkd::parse_domain(domain, idn::to_ascii));
      domain_ = domain;
    }
    const std::string hash = wkd::hash(local, sha1_);
    if (json_) {
      lines_ += json_line("smwkd.hash/1", json::Object{{"address", std::string(text)}, {"hash", hash}});
    } else {
      lines_.append(hash).append(1, ' ').append(text).append(1, '\n');
    }
    return {};
  }
  // Prints what was added since.
  Result<void> print() {
    SM_TRY(context_.print(lines_));
    lines_.clear();
    return {};
  }

 private:
  cli::Context& context_;
  const bool json_;
  Sha1 sha1_;
  std::string domain_;  // the last one, which is fine
  std::string lines_;
};

// Lines of stdin. One that is no address is told, and passed over.
class Lines {
 public:
  Lines(cli::Context& context, Hashes& hashes) : context_(context), hashes_(hashes) {}

  Result<int> run() {
    std::array<char, io_piece> buffer;
    DescriptorSource source(context_.input());
    while (const std::size_t size = SM_TRY(source.read(buffer))) {
      take({buffer.data(), size});
      SM_TRY(hashes_.print());
      SM_TRY(context_.flush());
    }
    if (!partial_.empty()) line(partial_);
    SM_TRY(hashes_.print());
    return status_;
  }

 private:
  void take(std::string_view bytes) {
    for (std::size_t end = 0; (end = bytes.find('\n')) != std::string_view::npos; bytes.remove_prefix(end + 1)) {
      if (partial_.empty()) {
        line(bytes.substr(0, end));
        continue;
      }
      keep(bytes.substr(0, end));
      line(partial_);
      partial_.clear();
    }
    keep(bytes);
  }

  // No more of a line than shows that it is too long.
  void keep(std::string_view bytes) { partial_.append(bytes.substr(0, max_line + 1 - partial_.size())); }

  void line(std::string_view text) {
    ++number_;
    text = trim(text);
    if (text.empty()) return;
    const auto done = text.size() > max_line ? fail(ErrorKind::data, "smwkd.line", "a line of more than 4096 bytes")
                                             : hashes_.add(text);
    if (done) return;
    context_.warn("line " + std::to_string(number_) + ": " + done.error().message);
    status_ = cli::exit_data;
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
  for (const std::string& argument : arguments) {
    SM_TRY(hashes.add(argument));
    SM_TRY(hashes.print());
  }
  return 0;
}

}  // namespace sm::smwkd
