#include "dane/rollover.hpp"

#include <algorithm>
#include <charconv>

#include "text/ascii.hpp"

namespace sm::dane {
namespace {

constexpr std::uint8_t usage_issuer = 2;
constexpr std::uint8_t usage_server = 3;

bool fits(const dns::Tlsa& record, const Material& material, MakeRecord make_record) {
  const auto wanted = make_record({record.usage, record.selector, record.matching_type}, material);
  return wanted && wanted->data == record.data;
}

bool covers_server(const std::vector<dns::Tlsa>& records, const std::vector<Material>& chain, MakeRecord make_record) {
  return std::ranges::any_of(records, [&](const dns::Tlsa& one) {
    return one.usage == usage_server && !chain.empty() && fits(one, chain.front(), make_record);
  });
}

// RFC 7671 §5.2: an authority, which is above the server's own certificate.
bool covers_issuer(const std::vector<dns::Tlsa>& records, const std::vector<Material>& chain, MakeRecord make_record) {
  return std::ranges::any_of(records, [&](const dns::Tlsa& one) {
    return one.usage == usage_issuer && chain.size() > 1 &&
           std::any_of(chain.begin() + 1, chain.end(),
                       [&](const Material& issuer) { return fits(one, issuer, make_record); });
  });
}

std::vector<dns::Tlsa> heeded(const std::vector<dns::Tlsa>& records) {
  constexpr std::size_t sha512_length = 64;
  std::vector<dns::Tlsa> result;
  for (const dns::Tlsa& one : records) {
    const bool outranked = one.matching_type == 1 && std::ranges::any_of(records, [&](const dns::Tlsa& other) {
                             return other.usage == one.usage && other.selector == one.selector &&
                                    other.matching_type == 2 && other.data.size() == sha512_length;
                           });
    if (!outranked) result.push_back(one);
  }
  return result;
}

auto find(std::vector<Waiting>& all, const std::string& name, const std::string& key) {
  return std::ranges::find_if(all, [&](const Waiting& one) { return one.name == name && one.key == key; });
}

template <class Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number >= 0;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!(line = trim(line)).empty()) {
    const std::size_t size = std::min(line.find_first_of(" \t"), line.size());
    words.push_back(line.substr(0, size));
    line.remove_prefix(size);
  }
  return words;
}

}  // namespace

Published published(const std::vector<dns::Tlsa>& all, const KeyChange& change, MakeRecord make_record) {
  const std::vector<dns::Tlsa> records = heeded(all);
  const bool issuer = covers_issuer(records, change.current, make_record);
  if (!issuer && !covers_server(records, change.current, make_record)) return Published::no_current;
  if (covers_server(records, change.next, make_record)) {
    std::vector<Material> key_only = change.next;
    for (Material& material : key_only) material.certificate.clear();
    return covers_server(records, key_only, make_record) ? Published::both : Published::both_by_certificate;
  }
  if (covers_issuer(records, change.next, make_record)) return Published::both_by_certificate;
  // Of a key alone nobody knows yet who will issue its certificate.
  const bool key_alone = !change.next.empty() && change.next.front().certificate.empty();
  return issuer && key_alone ? Published::both_by_issuer : Published::no_next;
}

std::string_view name_of(Published state) {
  switch (state) {
    case Published::both:
      return "both";
    case Published::both_by_certificate:
      return "both-by-certificate";
    case Published::both_by_issuer:
      return "both-by-issuer";
    case Published::no_next:
      return "no-next";
    case Published::no_current:
      return "no-current";
  }
  return "";
}

std::string waiting_for(Published state, const KeyChange& change) {
  const Material& next = change.next.front();
  if (state == Published::both_by_issuer) return "by its issuer " + next.key;
  return state == Published::both_by_certificate ? next.certificate : next.key;
}

Result<std::vector<Waiting>> parse_state(std::string_view text) {
  std::vector<Waiting> all;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::vector<std::string_view> words = words_of(line);
    Waiting one;
    if (words.size() != 4 || !read_number(words[2], one.first_seen) || !read_number(words[3], one.ttl))
      return fail(ErrorKind::data, "dane.state",
                  "line " + std::to_string(number) + " is not of the form NAME KEY TIME TTL",
                  "without the file the waiting begins anew");
    one.name = words[0];
    one.key = words[1];
    all.push_back(std::move(one));
  }
  return all;
}

std::string write_state(const std::vector<Waiting>& all) {
  std::string text = "# smdane rollover: record, SHA-256 of what is next, when all servers first had it, TTL\n";
  for (const Waiting& one : all)
    text += one.name + ' ' + one.key + ' ' + std::to_string(one.first_seen) + ' ' + std::to_string(one.ttl) + '\n';
  return text;
}

Waiting note_seen(std::vector<Waiting>& all, const std::string& name, const std::string& key, std::int64_t now,
                  std::uint32_t ttl) {
  const auto place = find(all, name, key);
  if (place == all.end()) return all.emplace_back(Waiting{.name = name, .key = key, .first_seen = now, .ttl = ttl});
  if (place->first_seen > now) *place = {.name = name, .key = key, .first_seen = now, .ttl = ttl};
  place->ttl = std::max(place->ttl, ttl);
  return *place;
}

bool forget(std::vector<Waiting>& all, const std::string& name, const std::string& key) {
  const auto place = find(all, name, key);
  if (place == all.end()) return false;
  all.erase(place);
  return true;
}

}  // namespace sm::dane
