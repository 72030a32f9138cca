#include "dns/zone_text.hpp"

#include <optional>
#include <span>

#include "dns/fields.hpp"
#include "dns/zone_token.hpp"
#include "text/ascii.hpp"

namespace sm::dns {
namespace {

constexpr std::uint32_t max_ttl = 0x7FFFFFFF;  // RFC 2181 §8

struct State {
  Name origin;
  std::optional<Name> owner;         // of the last record
  std::optional<std::uint32_t> ttl;  // of $TTL
  std::uint32_t last_ttl = 0;
};

Unexpected bad_line(std::size_t number, std::string_view why) {
  return fail(ErrorKind::data, "dns.zone-syntax", "line " + std::to_string(number) + ": " + std::string(why));
}

Result<void> directive(const ZoneLine& line, State& state) {
  const std::string_view word = line.tokens.front().text;
  if (line.tokens.size() != 2) return bad_line(line.number, "a directive takes one value");
  if (equal_ignoring_case(word, "$ORIGIN")) {
    auto origin = zone_name(line.tokens[1], state.origin);
    if (!origin) return bad_line(line.number, "$ORIGIN: not a domain name");
    state.origin = *std::move(origin);
  } else if (equal_ignoring_case(word, "$TTL")) {
    state.ttl = decimal(line.tokens[1].text, max_ttl);
    if (!state.ttl) return bad_line(line.number, "$TTL: not a number of seconds");
  } else {
    return bad_line(line.number, "unknown directive");
  }
  return {};
}

Result<Record> record_of(const ZoneLine& line, State& state) {
  std::span<const Token> tokens = line.tokens;
  if (!line.begins_blank) {
    state.owner = zone_name(tokens.front(), state.origin);
    if (!state.owner) return bad_line(line.number, "the owner is no domain name");
    tokens = tokens.subspan(1);
  }
  if (!state.owner) return bad_line(line.number, "no owner, and no record before");
  Record record{.name = *state.owner};
  // RFC 1035 §5.1: TTL and class in either order, both optional.
  std::optional<std::uint32_t> ttl;
  bool has_class = false;
  for (; !tokens.empty() && !tokens.front().quoted; tokens = tokens.subspan(1)) {
    const std::string_view word = tokens.front().text;
    if (!ttl && !word.empty() && is_digit(word.front())) {
      ttl = decimal(word, max_ttl);
      if (!ttl) return bad_line(line.number, "the TTL is no number of seconds");
    } else if (!has_class && (equal_ignoring_case(word, "IN") || equal_ignoring_case(word, "CLASS1"))) {
      has_class = true;
    } else {
      break;
    }
  }
  const auto type = tokens.empty() || tokens.front().quoted ? std::nullopt : parse_type(tokens.front().text);
  if (!type) return bad_line(line.number, "no type, or one that is unknown");
  record.type = *type;
  record.ttl = ttl ? *ttl : state.ttl.value_or(state.last_ttl);
  state.last_ttl = record.ttl;
  auto data = parse_rdata(*type, tokens.subspan(1), state.origin);
  if (!data) return bad_line(line.number, data.error().message);
  record.data = *std::move(data);
  return record;
}

}  // namespace

Result<std::vector<Record>> parse_zone_text(std::string_view text, const Name& origin) {
  if (text.size() > max_zone_text) return fail(ErrorKind::data, "dns.zone-syntax", "more than 16 MiB of zone text");
  std::vector<Record> records;
  State state{.origin = origin};
  std::size_t number = 0;
  ZoneLine line;
  while (true) {
    const LineState found = next_line(text, number, line);
    if (found == LineState::end) return records;
    if (found == LineState::malformed) return bad_line(number + 1, "a quote or parenthesis without its other, or NUL");
    const Token& first = line.tokens.front();
    if (!line.begins_blank && !first.quoted && first.text.starts_with('$')) {
      SM_TRY(directive(line, state));
      continue;
    }
    if (records.size() == max_zone_records) return bad_line(line.number, "more than 100,000 records");
    records.push_back(SM_TRY(record_of(line, state)));
  }
}

std::string zone_text(const Record& record) {
  std::string text = record.name.absolute();
  text += ' ' + std::to_string(record.ttl) + " IN " + text_of(record.type);
  const std::string data = text_of(record.data);
  if (!data.empty()) text += ' ' + data;
  return text + '\n';
}

}  // namespace sm::dns
