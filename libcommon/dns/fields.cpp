#include "dns/fields.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <ctime>

#include "text/ascii.hpp"
#include "text/base64.hpp"
#include "text/hex.hpp"

namespace sm::dns {
namespace {

constexpr std::uint32_t any_u32 = 0xFFFFFFFF;

// RFC 8659 §4.1: one or more ASCII letters and digits.
bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= 255 &&
         std::ranges::all_of(text, [](char c) { return is_alpha(c) || is_digit(c); });
}

// Whether the last octet is a dot between labels: one behind an odd number of backslashes is part of a label.
bool ends_in_dot(std::string_view text) {
  if (!text.ends_with('.')) return false;
  text.remove_suffix(1);
  const std::size_t other = text.find_last_not_of('\\');
  return (text.size() - (other == std::string_view::npos ? 0 : other + 1)) % 2 == 0;
}

}  // namespace

// ---- from the wire

void ReadFields::octets(std::span<std::uint8_t> value) {
  const std::string_view bytes = reader_.bytes(value.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) value[i] = static_cast<std::uint8_t>(bytes[i]);
}

void ReadFields::strings(std::vector<std::string>& values) {
  do values.emplace_back(reader_.string());
  while (!reader_.failed() && reader_.left() != 0);
}

void ReadFields::tag(std::string& value) {
  value = reader_.string();
  if (!is_tag(value)) reader_.fail();
}

void ReadFields::options(std::vector<Opt::Option>& values) {
  while (!reader_.failed() && reader_.left() != 0) {
    const std::uint16_t code = reader_.u16();
    values.push_back({code, std::string(reader_.bytes(reader_.u16()))});
  }
}

// ---- to the wire

void WriteFields::octets(std::span<const std::uint8_t> value) {
  for (const std::uint8_t octet : value) writer_.u8(octet);
}

void WriteFields::strings(const std::vector<std::string>& values) {
  if (values.empty()) writer_.fail();
  for (const std::string& value : values) writer_.string(value);
}

void WriteFields::tag(const std::string& value) {
  if (!is_tag(value)) writer_.fail();
  writer_.string(value);
}

void WriteFields::options(const std::vector<Opt::Option>& values) {
  for (const Opt::Option& option : values) {
    if (option.data.size() > 0xFFFF) writer_.fail();
    writer_.u16(option.code);
    writer_.u16(static_cast<std::uint16_t>(option.data.size()));
    writer_.bytes(option.data);
  }
}

// ---- to text

void PrintFields::add(std::string_view field) {
  if (!out_.empty()) out_ += ' ';
  out_ += field;
}

void PrintFields::time(std::uint32_t value) {
  // RFC 4034 §3.2: YYYYMMDDHHmmSS in UTC. A year past 2106 comes round again, as on the wire.
  const std::time_t seconds = value;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[16];
  const std::size_t size = std::strftime(text, sizeof text, "%Y%m%d%H%M%S", &utc);
  add({text, size});
}

void PrintFields::ipv4(const std::array<std::uint8_t, 4>& value) {
  char text[INET_ADDRSTRLEN];
  add(inet_ntop(AF_INET, value.data(), text, sizeof text));
}

void PrintFields::ipv6(const std::array<std::uint8_t, 16>& value) {
  char text[INET6_ADDRSTRLEN];
  add(inet_ntop(AF_INET6, value.data(), text, sizeof text));
}

void PrintFields::strings(const std::vector<std::string>& values) {
  if (values.empty()) unprintable_ = true;
  for (const std::string& value : values) add(quote(value));
}

void PrintFields::hex(const std::string& value) {
  if (value.empty()) unprintable_ = true;
  add(hex_lower(value));
}

void PrintFields::base64(const std::string& value) {
  if (value.empty()) unprintable_ = true;
  add(base64_encode(value));
}

// ---- from text

std::string_view ParseFields::next() {
  if (tokens_.empty()) {
    failed_ = true;
    return {};
  }
  const std::string_view text = tokens_.front().text;
  tokens_ = tokens_.subspan(1);
  return text;
}

std::string ParseFields::all() {
  if (tokens_.empty()) failed_ = true;
  std::string text;
  for (const Token& token : tokens_) text += token.text;
  tokens_ = {};
  return text;
}

void ParseFields::u8(std::uint8_t& value) {
  const auto number = decimal(next(), 0xFF);
  if (!number) failed_ = true;
  value = static_cast<std::uint8_t>(number.value_or(0));
}

void ParseFields::u16(std::uint16_t& value) {
  const auto number = decimal(next(), 0xFFFF);
  if (!number) failed_ = true;
  value = static_cast<std::uint16_t>(number.value_or(0));
}

void ParseFields::u32(std::uint32_t& value) {
  const auto number = decimal(next(), any_u32);
  if (!number) failed_ = true;
  value = number.value_or(0);
}

void ParseFields::type(Type& value) {
  const auto type = parse_type(next());
  if (!type) failed_ = true;
  value = type.value_or(Type{});
}

void ParseFields::time(std::uint32_t& value) {
  const std::string_view text = next();
  if (text.size() != 14) {  // RFC 4034 §3.2: otherwise seconds since the epoch
    const auto seconds = decimal(text, any_u32);
    if (!seconds) failed_ = true;
    value = seconds.value_or(0);
    return;
  }
  const auto part = [&](std::size_t at, std::size_t size, int min, int max) {
    const auto number = decimal(text.substr(at, size), static_cast<std::uint32_t>(max));
    if (!number || static_cast<int>(*number) < min) failed_ = true;
    return static_cast<int>(number.value_or(0));
  };
  std::tm utc{};
  utc.tm_year = part(0, 4, 1970, 9999) - 1900;
  utc.tm_mon = part(4, 2, 1, 12) - 1;
  utc.tm_mday = part(6, 2, 1, 31);
  utc.tm_hour = part(8, 2, 0, 23);
  utc.tm_min = part(10, 2, 0, 59);
  utc.tm_sec = part(12, 2, 0, 59);
  const int day = utc.tm_mday;
  value = static_cast<std::uint32_t>(timegm(&utc));
  if (utc.tm_mday != day) failed_ = true;  // the 31st of a shorter month
}

void ParseFields::name(Name& value) {
  const Token token = tokens_.empty() ? Token{} : tokens_.front();
  next();
  auto name = zone_name(token, origin_);
  if (!name) failed_ = true;
  if (name) value = *std::move(name);
}

void ParseFields::ipv4(std::array<std::uint8_t, 4>& value) {
  if (inet_pton(AF_INET, std::string(next()).c_str(), value.data()) != 1) failed_ = true;
}

void ParseFields::ipv6(std::array<std::uint8_t, 16>& value) {
  if (inet_pton(AF_INET6, std::string(next()).c_str(), value.data()) != 1) failed_ = true;
}

void ParseFields::strings(std::vector<std::string>& values) {
  do {
    auto text = unescape(next());
    if (!text || text->size() > 255) failed_ = true;
    values.push_back(std::move(text).value_or(""));
  } while (!failed_ && !tokens_.empty());
}

void ParseFields::tag(std::string& value) {
  value = next();
  if (!is_tag(value)) failed_ = true;
}

void ParseFields::text(std::string& value) {
  auto text = unescape(next());
  if (!text) failed_ = true;
  value = std::move(text).value_or("");
}

void ParseFields::hex(std::string& value) {
  auto bytes = hex_decode(all());
  if (!bytes) failed_ = true;
  value = std::move(bytes).value_or("");
}

void ParseFields::base64(std::string& value) {
  auto bytes = base64_decode(all());
  if (!bytes) failed_ = true;
  value = std::move(bytes).value_or("");
}

std::optional<Name> zone_name(const Token& token, const Name& origin) {
  if (token.quoted) return std::nullopt;
  if (token.text == "@") return origin;
  auto name = Name::parse(token.text);
  if (!name) return std::nullopt;
  if (ends_in_dot(token.text)) return *std::move(name);
  auto joined = Name::join(*name, origin);
  if (!joined) return std::nullopt;
  return *std::move(joined);
}

}  // namespace sm::dns
