#include "mtasts/policy.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "mtasts/fields.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::mtasts {
namespace {

using report::Severity;

constexpr std::size_t max_name = 253;       // octets of a host's name, without the dot at its end (RFC 1035 §3.1)
constexpr std::size_t max_label = 63;       // and of one label
constexpr std::size_t max_key = 32;         // octets (§3.2)
constexpr std::size_t max_age_digits = 10;  // §3.2, erratum 7282

// A label of letters, digits and hyphens, none of which begins or ends it (RFC 5321 §4.1.2).
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= max_label && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; });
}

bool is_domain(std::string_view name) {
  if (name.empty() || name.size() > max_name) return false;
  while (true) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

// sts-policy-ext-value: UTF-8 or visible ASCII, with blanks (not tabs) inside.
bool is_value(std::string_view value) {
  return !value.empty() && is_utf8(value) &&
         std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7F; });
}

class Reader {
 public:
  Reading read(std::string_view body) {
    if (body.size() > max_policy) {
      error("size", "RFC 8461 §3.3", "the policy has more than 64 KiB", "senders read no more");
      return std::move(reading_);
    }
    for (std::string_view rest = body; !rest.empty();) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      subject_ = "line " + std::to_string(++number_);
      take(line);
    }
    finish();
    return std::move(reading_);
  }

 private:
  void find(Severity severity, std::string_view code, std::string_view clause, std::string message,
            std::string advice = {}) {
    reading_.findings.push_back({.severity = severity,
                                 .code = "mtasts." + std::string(code),
                                 .clause = std::string(clause),
                                 .subject = subject_,
                                 .message = std::move(message),
                                 .advice = std::move(advice)});
    if (severity == Severity::error) is_wrong_ = true;
  }
  void error(std::string_view code, std::string_view clause, std::string message, std::string advice = {}) {
    find(Severity::error, code, clause, std::move(message), std::move(advice));
  }
  void syntax(const std::string& message, std::string advice = {}) {
    error("policy-syntax", "RFC 8461 §3.2", message, std::move(advice));
  }

  void take(std::string_view line) {
    // Tolerated, since to refuse it would leave the domain without its policy.
    if (line.empty()) return find(Severity::warning, "empty-line", "RFC 8461 §3.2", "an empty line", "remove it");
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return syntax("no \"key: value\"", "a line has a key, a colon and a value");
    const std::string_view key = line.substr(0, colon);
    const std::string_view value = without_blanks(line.substr(colon + 1));
    if (!is_field_name(key, max_key)) return syntax("a key that none can have: \"" + std::string(key) + "\"");
    if (value.empty()) return syntax("\"" + std::string(key) + "\" has no value");
    if (key == "mx") return take_mx(value);
    if (key == "version") return once(has_version_, key) ? take_version(value) : void();
    if (key == "mode") return once(has_mode_, key) ? take_mode(value) : void();
    if (key == "max_age") return once(has_max_age_, key) ? take_max_age(value) : void();
    if (!is_value(value)) return syntax("\"" + std::string(key) + "\" has a value that none can have");
    find(Severity::info, "unknown-key", "RFC 8461 §3.2",
         "\"" + std::string(key) + "\" is no key that is known, and is ignored",
         known_in_other_case(key) ? "keys are written in lower case" : "");
  }

  static bool known_in_other_case(std::string_view key) {
    return std::ranges::any_of(std::initializer_list<std::string_view>{"version", "mode", "mx", "max_age"},
                               [&](std::string_view known) { return equal_ignoring_case(key, known); });
  }

  // Of a key that is there twice the first counts, whatever the others say.
  bool once(bool& seen, std::string_view key) {
    if (!std::exchange(seen, true)) return true;
    find(Severity::warning, "repeated-key", "RFC 8461 §3.2", "\"" + std::string(key) + "\" again: the first one counts",
         "remove one of them");
    return false;
  }

  void take_version(std::string_view value) {
    if (value != "STSv1")
      error("policy-version", "RFC 8461 §3.2", "the version is \"" + std::string(value) + "\", not \"STSv1\"",
            "write \"version: STSv1\"");
  }

  void take_mode(std::string_view value) {
    const auto mode = parse_mode(value);
    if (!mode)
      return error("policy-mode", "RFC 8461 §3.2", "\"" + std::string(value) + "\" is no mode",
                   "enforce, testing or none");
    policy_.mode = *mode;
  }

  void take_max_age(std::string_view value) {
    if (value.size() > max_age_digits || !std::ranges::all_of(value, is_digit))
      return error("policy-max-age", "RFC 8461 §3.2", "max_age is not 1 to 10 digits", "a number of seconds: 1209600");
    std::from_chars(value.data(), value.data() + value.size(), policy_.max_age);
    if (policy_.max_age > max_max_age) {
      find(Severity::warning, "max-age-long", "RFC 8461 §3.2", "max_age is more than a year, and counts as one",
           "at most 31557600");
      policy_.max_age = max_max_age;
    }
  }

  void take_mx(std::string_view value) {
    if (!is_pattern(value))
      return error("policy-mx", "RFC 8461 §3.2",
                   "mx \"" + std::string(value) + "\" is no host and no \"*.\" with a domain",
                   has_8bit(value) ? "write international names in A-labels: xn--…" : "as in \"mx: mail.example.org\"");
    std::string pattern = lower(value);
    const std::string_view base = std::string_view(pattern).substr(pattern.starts_with("*.") ? 2 : 0);
    if (is_ipv4_like(base))
      find(Severity::warning, "mx-address", "RFC 8461 §4.1",
           "mx " + pattern + " looks like an address, and matches no host", "name the host");
    if (pattern.starts_with("*.") && base.find('.') == std::string_view::npos)
      find(Severity::warning, "mx-wide", "RFC 8461 §10.4",
           "mx " + pattern + " matches hosts of everybody under ." + std::string(base), "name your hosts");
    if (!seen_.insert(pattern).second) return find(Severity::info, "mx-twice", "", "mx " + pattern + " is there twice");
    policy_.mx.push_back(std::move(pattern));
    has_mx_ = true;
  }

  void finish() {
    subject_.clear();
    if (!has_version_)
      error("policy-version", "RFC 8461 §3.2", "the policy has no version", "begin it with \"version: STSv1\"");
    if (!has_mode_)
      error("policy-mode", "RFC 8461 §3.2", "the policy has no mode", "add \"mode: testing\", later \"mode: enforce\"");
    if (!has_max_age_)
      error("policy-max-age", "RFC 8461 §3.2", "the policy has no max_age", "add \"max_age: 1209600\": two weeks");
    if (is_wrong_) return;
    if (!has_mx_ && policy_.mode != Mode::none)
      return error("policy-mx", "RFC 8461 §3.2", "the policy names no mx, which its mode demands",
                   "add a line \"mx: \" for each of the domain's hosts");
    if (policy_.mode == Mode::testing)
      find(Severity::info, "testing", "RFC 8461 §5",
           "the mode is testing: mail goes out even where the policy is not kept",
           "change it to enforce when the reports show no failure");
    if (policy_.mode == Mode::none)
      find(Severity::info, "none", "RFC 8461 §5", "the mode is none: the domain takes its policy back");
    // Taking a policy back is done with a short one (§8.3).
    if (policy_.mode != Mode::none && policy_.max_age < day)
      find(Severity::warning, "max-age-short", "RFC 8461 §10.2",
           "max_age is less than a day: who blocks one fetch has the domain without a policy", "weeks: 1209600");
    reading_.policy = std::move(policy_);
  }

  Reading reading_;
  Policy policy_;
  std::set<std::string> seen_;  // patterns
  std::string subject_;
  std::size_t number_ = 0;
  bool has_version_ = false;
  bool has_mode_ = false;
  bool has_max_age_ = false;
  bool has_mx_ = false;
  bool is_wrong_ = false;
};

}  // namespace

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::none:
      return "none";
    case Mode::testing:
      return "testing";
    case Mode::enforce:
      return "enforce";
  }
  return "";
}

std::optional<Mode> parse_mode(std::string_view text) {
  for (const Mode mode : {Mode::none, Mode::testing, Mode::enforce})
    if (text == name_of(mode)) return mode;
  return std::nullopt;
}

Reading read_policy(std::string_view body) {
  return Reader().read(body);
}

bool is_ipv4_like(std::string_view name) {
  return std::ranges::all_of(name, [](char c) { return is_digit(c) || c == '.'; });
}

bool is_of_a_host(std::string_view name) {
  return std::ranges::all_of(name,
                             [](char c) { return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.'; });
}

bool is_pattern(std::string_view text) {
  return is_domain(text.starts_with("*.") ? text.substr(2) : text);
}

bool matches(const Policy& policy, std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (is_ipv4_like(host)) return false;
  const std::size_t dot = host.find('.');
  return std::ranges::any_of(policy.mx, [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) return equal_ignoring_case(pattern, host);
    return dot != std::string_view::npos && dot != 0 && equal_ignoring_case(pattern.substr(2), host.substr(dot + 1));
  });
}

std::string write_policy(const Policy& policy) {
  std::string text = "version: STSv1\r\nmode: ";
  text.append(name_of(policy.mode)).append("\r\n");
  for (const std::string& pattern : policy.mx) text.append("mx: ").append(pattern).append("\r\n");
  return text.append("max_age: ").append(std::to_string(policy.max_age)).append("\r\n");
}

}  // namespace sm::mtasts
