#include "keystore/binding.hpp"

#include <time.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/primitives.hpp"
#include "text/ascii.hpp"
#include "text/time.hpp"
#include "text/zbase32.hpp"

namespace sm {
namespace {

constexpr std::string_view header = "smtools-binding: 1";

constexpr std::array<std::pair<BindingSource, std::string_view>, 6> source_names{{
    {BindingSource::generate, "generate"},
    {BindingSource::import, "import"},
    {BindingSource::uid_add, "uid-add"},
    {BindingSource::wkd, "wkd"},
    {BindingSource::vks, "vks"},
    {BindingSource::accept, "accept"},
}};

std::optional<BindingSource> source_named(std::string_view name) {
  const auto* const found = std::ranges::find(source_names, name, [](const auto& pair) { return pair.second; });
  if (found == source_names.end()) return std::nullopt;
  return found->first;
}

// What rfc3339() writes and nothing else.
std::optional<std::int64_t> parse_time(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  if (text.size() != form.size()) return std::nullopt;
  for (std::size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '0' ? !is_digit(text[i]) : text[i] != form[i]) return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = 0;
    for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
    return value;
  };
  struct tm t {};
  t.tm_year = number(0, 4) - 1900;
  t.tm_mon = number(5, 2) - 1;
  t.tm_mday = number(8, 2);
  t.tm_hour = number(11, 2);
  t.tm_min = number(14, 2);
  t.tm_sec = number(17, 2);
  const std::int64_t seconds = timegm(&t);
  if (rfc3339(seconds) != text) return std::nullopt;  // a 31st of February
  return seconds;
}

// Takes a line off `text`; nullopt if there is no complete one.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

// The value of the next line, which must have this key.
std::optional<std::string_view> take_value(std::string_view& text, std::string_view key) {
  const auto line = take_line(text);
  if (!line || !line->starts_with(key) || !line->substr(key.size()).starts_with(": ")) return std::nullopt;
  return line->substr(key.size() + 2);
}

std::optional<BindingConflict> parse_conflict(std::string_view value) {
  const std::size_t first = value.find(' ');
  const std::size_t last = value.rfind(' ');
  if (first == std::string_view::npos || first == last) return std::nullopt;
  const std::string_view fingerprint = value.substr(0, first);
  const auto source = source_named(value.substr(first + 1, last - first - 1));
  const auto seen = parse_time(value.substr(last + 1));
  if (!is_fingerprint(fingerprint) || !source || !seen) return std::nullopt;
  return BindingConflict{Fingerprint(fingerprint), *source, *seen};
}

}  // namespace

std::string_view binding_source_name(BindingSource source) {
  return source_names[static_cast<std::size_t>(source)].second;
}

bool is_fingerprint(std::string_view text) {
  return text.size() == 40 && std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'A' && c <= 'F'); });
}

std::string binding_file_name(std::string_view address) {
  const auto digest = sha256(address);
  return zbase32({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string format_binding(const Binding& binding) {
  std::string text(header);
  text += "\naddress: " + binding.address;
  text += "\nfingerprint: " + binding.fingerprint;
  text += "\nsource: ";
  text += binding_source_name(binding.source);
  text += "\nfirst-seen: " + rfc3339(binding.first_seen) + '\n';
  for (const BindingConflict& conflict : binding.conflicts) {
    text += "conflict: " + conflict.fingerprint + ' ';
    text += binding_source_name(conflict.source);
    text += ' ' + rfc3339(conflict.seen) + '\n';
  }
  return text;
}

std::optional<Binding> parse_binding(std::string_view text) {
  if (take_line(text) != header) return std::nullopt;
  const auto address = take_value(text, "address");
  const auto fingerprint = take_value(text, "fingerprint");
  const auto source = take_value(text, "source");
  const auto first_seen = take_value(text, "first-seen");
  if (!address || address->empty() || !fingerprint || !is_fingerprint(*fingerprint) || !source || !first_seen) {
    return std::nullopt;
  }
  const auto source_value = source_named(*source);
  const auto seen_value = parse_time(*first_seen);
  if (!source_value || !seen_value) return std::nullopt;
  Binding binding{std::string(*address), Fingerprint(*fingerprint), *source_value, *seen_value, {}};
  while (!text.empty()) {
    const auto value = take_value(text, "conflict");
    if (!value) return std::nullopt;
    auto conflict = parse_conflict(*value);
    if (!conflict || conflict->fingerprint == binding.fingerprint ||
        std::ranges::find(binding.conflicts, conflict->fingerprint, &BindingConflict::fingerprint) !=
            binding.conflicts.end()) {
      return std::nullopt;
    }
    binding.conflicts.push_back(std::move(*conflict));
  }
  return binding;
}

}  // namespace sm
