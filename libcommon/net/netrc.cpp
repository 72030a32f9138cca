#include "net/netrc.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace sm::net {
namespace {

class Words {
 public:
  explicit Words(std::string_view text) : rest_(text) {}

  // nullopt at the end. A word may be a password: it lies in memory that is wiped.
  Result<std::optional<Secret>> next() {
    for (;;) {
      const std::size_t word = std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size());
      if (rest_.substr(0, word).find('\n') != std::string_view::npos) at_line_start_ = true;
      advance(word);
      if (rest_.empty()) return std::optional<Secret>();
      if (!at_line_start_ || rest_[0] != '#') break;
      advance(std::min(rest_.find('\n'), rest_.size()));
    }
    at_line_start_ = false;
    if (rest_[0] == '"') return quoted();
    const std::string_view word = rest_.substr(0, rest_.find_first_of(" \t\r\n"));
    advance(word.size());
    return std::optional(Secret(word));
  }

  // Behind the name of a macro.
  void skip_macro() {
    std::size_t end = rest_.find("\n\n");
    if (const std::size_t other = rest_.find("\n\r\n"); other < end) end = other;
    advance(end == std::string_view::npos ? rest_.size() : end + 1);
    at_line_start_ = true;
  }

  Unexpected refuse(std::string_view why) const {
    return fail(ErrorKind::config, "net.netrc", "line " + std::to_string(line_) + ": " + std::string(why));
  }

 private:
  void advance(std::size_t size) {
    line_ += static_cast<std::size_t>(std::ranges::count(rest_.substr(0, size), '\n'));
    rest_.remove_prefix(size);
  }

  Result<std::optional<Secret>> quoted() {
    Secret word(rest_.size());
    std::size_t size = 0;
    for (std::size_t i = 1; i < rest_.size() && rest_[i] != '\n'; ++i) {
      char c = rest_[i];
      if (c == '"') {
        advance(i + 1);
        word.shrink(size);
        return std::optional(std::move(word));
      }
      if (c == '\\' && i + 1 < rest_.size()) {
        c = rest_[++i];
        c = c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
      }
      word.data()[size++] = c;
    }
    return refuse("a quotation without its end");
  }

  std::string_view rest_;
  std::size_t line_ = 1;
  bool at_line_start_ = true;
};

}  // namespace

Result<std::optional<Credentials>> find_credentials(std::string_view netrc, std::string_view host,
                                                    std::string_view user) {
  Words words(netrc);
  bool here = false;  // within an entry that fits
  std::optional<Credentials> found;
  const auto is_found = [&] {
    if (!here || !found) return false;
    if (found->user.empty()) found->user = user;
    return !found->user.empty() && (user.empty() || found->user == user);
  };
  for (;;) {
    const auto word = SM_TRY(words.next());
    if (!word) break;
    const std::string_view name = word->view();
    if (name == "default" || name == "machine" || name == "macdef") {
      if (is_found()) return found;
      here = name == "default";
      found.reset();
      if (here) continue;
    } else if (name != "login" && name != "password" && name != "account") {
      continue;
    }
    const auto value = SM_TRY(words.next());
    if (!value) return words.refuse("the last word has no value");
    if (name == "machine") here = equal_ignoring_case(value->view(), host);
    if (name == "macdef") words.skip_macro();
    if (!here) continue;
    if (!found) found.emplace();
    if (name == "login") found->user = value->view();
    if (name == "password") found->password = Secret(value->view());
  }
  if (!is_found()) found.reset();
  return found;
}

}  // namespace sm::net
