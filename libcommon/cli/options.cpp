#include "cli/options.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "text/time.hpp"

namespace sm::cli {
namespace {

enum class Scope {
  program,       // also without a command
  all,           // every command
  no_filter,     // commands that are no filters
  secrets_only,  // commands that may open secret keys
  network_only,  // commands that use the network, or run a program that does
  dns_only,      // commands that ask the DNS itself
  any_network,   // either of these
  many_only      // of those, commands that ask for many things at a time
};

struct CommonOption {
  Option option;
  Scope scope;
};

constexpr CommonOption common_options[] = {
    {{"output", 'o', ValueKind::file, "FILE", "write to FILE instead of stdout, when all is done"}, Scope::all},
    {{"json", 0, ValueKind::none, "", "print JSON"}, Scope::no_filter},
    {{"store", 0, ValueKind::directory, "DIR", "keep keys and bindings in DIR (SM_STORE)"}, Scope::all},
    {{"config", 0, ValueKind::file, "FILE", "read FILE instead of the configuration files (SM_CONFIG)"}, Scope::all},
    {{"passphrase-fd", 0, ValueKind::descriptor, "N", "take the passphrase from descriptor N"}, Scope::secrets_only},
    {{"passphrase-file", 0, ValueKind::file, "FILE", "take the passphrase from the first line of FILE"},
     Scope::secrets_only},
    {{"cafile", 0, ValueKind::file, "FILE", "trust the certificate authorities in FILE instead of the system's"},
     Scope::network_only},
    {{"resolver", 0, ValueKind::address, "ADDR[@PORT]", "ask this DNS server instead of the system's"},
     Scope::any_network},
    {{"dnssec", 0, ValueKind::choice, "auto|resolver|local", "who validates what the DNS says"}, Scope::dns_only},
    {{"proxy", 0, ValueKind::address, "URL|env", "go through this proxy, or the one that the environment names"},
     Scope::network_only},
    {{"4", 0, ValueKind::none, "", "use IPv4 only"}, Scope::network_only},
    {{"6", 0, ValueKind::none, "", "use IPv6 only"}, Scope::network_only},
    {{"allow-private", 0, ValueKind::none, "", "connect to loopback, private and link-local addresses too"},
     Scope::network_only},
    {{"jobs", 0, ValueKind::number, "N", "do at most N at a time"}, Scope::many_only},
    {{"batch", 0, ValueKind::none, "", "never ask anything"}, Scope::all},
    {{"yes", 0, ValueKind::none, "", "answer yes to what would be asked"}, Scope::no_filter},
    {{"timeout", 0, ValueKind::seconds, "SECONDS", "give up after SECONDS, with status 75"}, Scope::all},
    {{"status-fd", 0, ValueKind::descriptor, "N", "write status lines to descriptor N"}, Scope::all},
    {{"tempfail", 0, ValueKind::none, "", "turn every status from 64 up into 75"}, Scope::all},
    {{"color", 0, ValueKind::choice, "auto|always|never", "colors on stdout"}, Scope::no_filter},
    {{"quiet", 'q', ValueKind::none, "", "say less"}, Scope::all},
    {{"verbose", 'v', ValueKind::none, "", "say more on stderr"}, Scope::all},
    {{"help", 'h', ValueKind::none, "", "print this help"}, Scope::program},
    {{"version", 'V', ValueKind::none, "", "print the version"}, Scope::program},
};

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({diagonal + (a[i] == b[j] ? 0 : 1), row[j] + 1, above + 1});
      diagonal = above;
    }
  }
  return row.back();
}

std::optional<std::uint64_t> digits(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

const Option* CommandOptions::find(std::string_view name) const {
  for (const Option& option : own) {
    if (option.name == name) return &option;
  }
  for (const Option* option : common) {
    if (option->name == name) return option;
  }
  return nullptr;
}

const Option* CommandOptions::find(char letter) const {
  const auto is_this = [letter](const Option& option) {
    return option.letter == letter || (option.name.size() == 1 && option.name[0] == letter);
  };
  for (const Option& option : own) {
    if (is_this(option)) return &option;
  }
  for (const Option* option : common) {
    if (is_this(*option)) return option;
  }
  return nullptr;
}

CommandOptions options_of(const Command& command) {
  CommandOptions result{.own = command.options, .common = {}};
  result.common.reserve(std::size(common_options));
  for (const CommonOption& common : common_options) {
    if (common.scope == Scope::no_filter && command.filter) continue;
    if (common.scope == Scope::secrets_only && !command.secrets) continue;
    if (common.scope == Scope::network_only && !command.network) continue;
    if (common.scope == Scope::dns_only && !command.dns) continue;
    if (common.scope == Scope::any_network && !command.network && !command.dns) continue;
    if (common.scope == Scope::many_only && !command.many) continue;
    const std::string_view name = common.option.name;
    if ((command.plain || command.endless) && name == "json") continue;
    if (command.endless && (name == "output" || name == "timeout")) continue;
    result.common.push_back(&common.option);
  }
  return result;
}

CommandOptions options_before_command() {
  CommandOptions result;
  for (const CommonOption& common : common_options) result.common.push_back(&common.option);
  return result;
}

std::string written(const Option& option) {
  return (option.name.size() == 1 ? "-" : "--") + std::string(option.name);
}

std::vector<std::string_view> choices(std::string_view value) {
  std::vector<std::string_view> result;
  for (;;) {
    const std::size_t bar = value.find('|');
    result.push_back(value.substr(0, bar));
    if (bar == std::string_view::npos) return result;
    value.remove_prefix(bar + 1);
  }
}

Result<std::uint64_t> check_value(ValueKind kind, std::string_view shown, std::string_view value, std::int64_t now) {
  const auto refuse = [](std::string what) { return fail(ErrorKind::usage, "cli.value", std::move(what)); };
  if (value.empty() && kind != ValueKind::text) return refuse("a value that is not empty");
  const auto as_unsigned = [](std::optional<std::int64_t> number) -> std::optional<std::uint64_t> {
    if (!number) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
  };
  switch (kind) {
    case ValueKind::none:
    case ValueKind::text:
    case ValueKind::file:
    case ValueKind::directory:
    case ValueKind::key_id:
    case ValueKind::address:
      return std::uint64_t{0};
    case ValueKind::number:
      if (const auto number = digits(value)) return *number;
      return refuse("a number");
    case ValueKind::descriptor:
      if (const auto number = digits(value); number && *number <= INT32_MAX) return *number;
      return refuse("the number of an open descriptor");
    case ValueKind::duration:
      if (const auto number = as_unsigned(parse_duration(value))) return *number;
      return refuse("a duration such as 30s, 15min, 8h or 7d");
    case ValueKind::seconds:
      if (const auto number = as_unsigned(parse_duration(value, true)); number && *number > 0) return *number;
      return refuse("a number of seconds, at least 1");
    case ValueKind::lifetime:
      if (const auto number = as_unsigned(parse_lifetime(value, now))) return *number;
      return refuse("a time to come such as 90d, 18mo, 2y, 2030-01-31, or never");
    case ValueKind::size:
      if (const auto number = parse_size(value)) return *number;
      return refuse("a size such as 512K, 10M or 1G");
    case ValueKind::choice: {
      const auto all = choices(shown);
      if (std::ranges::find(all, value) != all.end()) return std::uint64_t{0};
      std::string text = "one of";
      for (const std::string_view choice : all) text.append(choice == all.front() ? " " : ", ").append(choice);
      return refuse(std::move(text));
    }
  }
  return std::uint64_t{0};
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view best;
  std::size_t best_distance = word.size() / 3 + 1;
  for (const std::string_view candidate : candidates) {
    const bool prefix = word.size() >= 3 && candidate.starts_with(word);
    const std::size_t wrong = prefix ? 1 : distance(word, candidate);
    if (wrong < best_distance || (wrong == best_distance && best.empty() && wrong < word.size())) {
      best = candidate;
      best_distance = wrong;
    }
  }
  return best;
}

}  // namespace sm::cli
