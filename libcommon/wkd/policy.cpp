#include "wkd/policy.hpp"

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"

namespace sm::wkd {
namespace {

std::optional<unsigned> parse_version(std::string_view text) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Reader {
 public:
  Policy read(std::string_view text) {
    for (; !text.empty() && policy_.remarks.size() < max_remarks; ++line_) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      take(trim(text.substr(0, end)));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    return std::move(policy_);
  }

 private:
  void take(std::string_view line) {
    if (line.empty() || line.front() == '#') return;
    const std::size_t colon = line.find(':');
    const std::string_view keyword = trim(line.substr(0, colon));
    const std::string_view value = colon == std::string_view::npos ? std::string_view() : trim(line.substr(colon + 1));
    if (keyword == "mailbox-only") {
      flag(policy_.mailbox_only, keyword, value);
    } else if (keyword == "dane-only") {
      flag(policy_.dane_only, keyword, value);
    } else if (keyword == "auth-submit") {
      flag(policy_.auth_submit, keyword, value);
    } else if (keyword == "protocol-version") {
      const auto version = parse_version(value);
      if (!version) return remark("protocol-version is followed by a number", {});
      if (!policy_.protocol_version) policy_.protocol_version = version;
    } else if (keyword == "submission-address") {
      if (value.find('@') == std::string_view::npos) return remark("submission-address is followed by an address", {});
      if (!policy_.submission_address) policy_.submission_address = value;
    } else {
      remark("an unknown keyword: ", keyword.substr(0, max_keyword));
    }
  }

  void flag(bool& set, std::string_view keyword, std::string_view value) {
    set = true;
    if (!value.empty()) remark("a keyword that has no value: ", keyword);
  }

  void remark(std::string_view what, std::string_view keyword) {
    policy_.remarks.push_back({line_, std::string(what).append(keyword)});
  }

  static constexpr std::size_t max_keyword = 64;
  Policy policy_;
  std::size_t line_ = 1;
};

}  // namespace

Policy parse_policy(std::string_view text) {
  return Reader().read(text.substr(0, max_policy));
}

}  // namespace sm::wkd
