#include "wkd/address.hpp"

#include <algorithm>
#include <array>

#include "text/ascii.hpp"
#include "text/printable.hpp"
#include "text/zbase32.hpp"

namespace sm::wkd {
namespace {

constexpr std::size_t max_local = 255;   // octets: RFC 5321 §4.5.3.1.1 says 64, and is not always heeded
constexpr std::size_t max_domain = 242;  // RFC 1035 §3.1, less "openpgpkey."
constexpr std::size_t hash_length = 32;
constexpr std::string_view subdomain = "openpgpkey.";
constexpr std::string_view well_known = "/.well-known/openpgpkey";

Unexpected bad_address(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, "wkd.bad-address", "not a mail address: " + std::string(text) + ": " + std::string(why),
              "an address is name@domain");
}

Unexpected bad_domain(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, "wkd.bad-domain", "not a mail domain: " + std::string(text) + ": " + std::string(why));
}

// RFC 5322 §3.2.3 and RFC 6531 §3.3. Where the dots stand is not looked at: there are mail systems that do not care.
constexpr bool is_local_character(char c) {
  constexpr std::string_view specials = "\"(),:;<>@[\\]";
  const auto octet = static_cast<unsigned char>(c);
  return octet > ' ' && octet != 0x7F && specials.find(c) == std::string_view::npos;
}

constexpr auto local_characters = [] {
  std::array<bool, 256> table{};
  for (int octet = 0; octet < 256; ++octet)
    table[static_cast<std::size_t>(octet)] = is_local_character(static_cast<char>(octet));
  return table;
}();

bool is_host_character(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
}

std::string_view digest_of(const std::array<unsigned char, 20>& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

Result<std::string> parse_domain(std::string_view text, dns::ToAscii to_ascii) {
  std::string domain = has_8bit(text) ? SM_TRY(to_ascii(text)) : lower(text);
  if (domain.ends_with('.')) domain.pop_back();
  if (domain.size() > max_domain) return bad_domain(text, "it is too long");
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= domain.size(); ++i) {
    if (i < domain.size() && is_host_character(domain[i])) continue;
    if (i < domain.size() && domain[i] != '.') return bad_domain(text, "a character that no host has");
    if (i == begin) return bad_domain(text, "an empty label");
    if (i - begin > dns::max_label) return bad_domain(text, "a label is too long");
    if (i < domain.size()) begin = i + 1;
  }
  if (is_digit(domain[begin])) return bad_domain(text, "it ends like an address of a host");
  return domain;
}

Result<std::string_view> local_part(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) return bad_address(text, "it has no @");
  const std::string_view local = text.substr(0, at);
  if (local.empty()) return bad_address(text, "there is nothing before the @");
  if (local.size() > max_local) return bad_address(text, "it is too long");
  if (!std::ranges::all_of(local, [](char c) { return local_characters[static_cast<unsigned char>(c)]; }))
    return bad_address(text, "quotes, blanks and brackets have no place in a directory");
  if (has_8bit(local) && !is_utf8(local)) return bad_address(text, "it is not UTF-8");
  return local;
}

Result<Address> parse_address(std::string_view text, dns::ToAscii to_ascii) {
  const std::string_view local = SM_TRY(local_part(text));
  Address address;
  address.domain = SM_TRY(parse_domain(text.substr(local.size() + 1), to_ascii));
  address.local = local;
  return address;
}

std::string hash_as_it_stands(std::string_view local) {
  return zbase32(digest_of(sha1(local)));
}

std::string hash(std::string_view local) {
  return hash_as_it_stands(lower(local));
}

std::string hash(std::string_view local, Sha1& sha1) {
  return zbase32(digest_of(sha1.digest(lower(local))));
}

bool is_hash(std::string_view name) {
  constexpr std::string_view alphabet = "ybndrfg8ejkmcpqxot1uwisza345h769";
  return name.size() == hash_length &&
         std::ranges::all_of(name, [&](char c) { return alphabet.find(c) != std::string_view::npos; });
}

std::string_view name_of(Method method) {
  return method == Method::advanced ? "advanced" : "direct";
}

std::string host_of(Method method, std::string_view domain) {
  return std::string(method == Method::advanced ? subdomain : std::string_view()).append(domain);
}

std::string folder_of(Method method, std::string_view domain) {
  std::string folder(well_known);
  if (method == Method::advanced) folder.append("/").append(domain);
  return folder;
}

net::Url key_url(Method method, const Address& address) {
  net::Url url;
  url.scheme = "https";
  url.host = host_of(method, address.domain);
  url.path = folder_of(method, address.domain).append("/hu/").append(hash(address.local));
  url.query = "l=" + net::encode_segment(address.local);
  return url;
}

net::Url policy_url(Method method, std::string_view domain) {
  net::Url url;
  url.scheme = "https";
  url.host = host_of(method, domain);
  url.path = folder_of(method, domain).append("/policy");
  return url;
}

bool may_follow(const net::Url& from, const net::Url& to) {
  if (to.scheme != "https" || to.port != from.port) return false;
  const auto is_subdomain = [](std::string_view of, std::string_view host) {
    return host.starts_with(subdomain) && host.substr(subdomain.size()) == of;
  };
  return to.host == from.host || is_subdomain(from.host, to.host) || is_subdomain(to.host, from.host);
}

}  // namespace sm::wkd
