#include "net/url.hpp"

#include <algorithm>
#include <charconv>

#include "net/address.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::net {
namespace {

constexpr std::uint16_t https_port = 443;
constexpr std::uint16_t http_port = 80;
constexpr std::size_t max_url = 8 * 1024;  // bytes
constexpr std::size_t max_host = 253;      // RFC 1035 §3.1, without the final dot

Unexpected bad_url(std::string_view text, std::string_view why, std::string hint = {}) {
  return fail(ErrorKind::usage, "net.bad-url", "not a URL to ask: " + std::string(text) + ": " + std::string(why),
              std::move(hint));
}

bool is_unreserved(char c) {
  return is_alpha(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

// What may stand in a path or query as it is (RFC 3986 §3.3, §3.4), '%' apart.
bool is_path_character(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,;=:@/?").find(c) != std::string_view::npos;
}

void append_escape(std::string& out, char c) {
  out.append("%").append(hex_upper(std::string_view(&c, 1)));
}

// Percent-encodes what needs it; nullopt for a '%' that begins no escape.
std::optional<std::string> normal_characters(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
      out.append(text.substr(i, 3));
      i += 2;
    } else if (is_path_character(text[i])) {
      out += text[i];
    } else {
      append_escape(out, text[i]);
    }
  }
  return out;
}

// RFC 3986 §5.2.4, of a path that begins with '/'.
std::string without_dot_segments(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = path.find('/', 1);
    const std::string_view segment = path.substr(0, end);  // with its '/'
    path.remove_prefix(segment.size());
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") out.resize(out.empty() ? 0 : out.rfind('/'));
      if (path.empty()) out += '/';
    } else {
      out.append(segment);
    }
  }
  return out.empty() ? "/" : out;
}

// "example.org", "192.0.2.1", "[2001:db8::1]".
Result<std::string> parse_host(std::string_view text, std::string_view whole, ToAscii to_ascii) {
  if (text.starts_with('[')) {
    const auto address =
        text.ends_with(']') ? parse_address(text.substr(1, text.size() - 2)) : std::optional<Address>();
    if (!address || address->family != Address::Family::v6) return bad_url(whole, "its host is no address");
    return text_of(*address);
  }
  std::string host = lower(text);
  if (has_8bit(host)) {
    if (!to_ascii) return bad_url(whole, "its host is not in ASCII");
    host = SM_TRY(to_ascii(host));
  }
  if (host.ends_with('.')) host.pop_back();
  if (host.empty()) return bad_url(whole, "it has no host");
  if (host.size() > max_host) return bad_url(whole, "its host is too long");
  bool empty_label = true;
  for (const char c : host) {
    if (c == '.' && empty_label) return bad_url(whole, "its host has an empty label");
    empty_label = c == '.';
    if (!is_alpha(c) && !is_digit(c) && c != '-' && c != '_' && c != '.') {
      return bad_url(whole, "its host is neither a name nor an address");
    }
  }
  if (empty_label) return bad_url(whole, "its host has an empty label");
  // "127.1" and "0x7f000001" are addresses to some resolvers and names to others.
  const std::string_view last = std::string_view(host).substr(host.rfind('.') + 1);
  if (is_digit(last[0]) && !parse_address(host)) return bad_url(whole, "its host is neither a name nor an address");
  return host;
}

Result<void> parse_authority(std::string_view text, std::string_view whole, ToAscii to_ascii, Url& url) {
  if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = text.substr(0, at);
    if (user.find(':') != std::string_view::npos) {
      // Not shown again: it stands there.
      return fail(ErrorKind::usage, "net.bad-url",
                  "a password does not belong into a URL, where other processes see it",
                  "put it into ~/.netrc, or into a file for --credentials");
    }
    auto decoded = decode_percent(user);
    if (!decoded || decoded->find('\0') != std::string::npos) return bad_url(whole, "its user is malformed");
    url.user = *std::move(decoded);
    text.remove_prefix(at + 1);
  }
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = text.substr(colon + 1);
    text = text.substr(0, colon);
    if (!digits.empty()) {
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
      if (error != std::errc() || end != digits.data() + digits.size() || url.port == 0 || !is_digit(digits[0]))
        return bad_url(whole, "its port is no number from 1 to 65535");
    }
  }
  url.host = SM_TRY(parse_host(text, whole, to_ascii));
  return {};
}

Result<void> parse_path(std::string_view text, std::string_view whole, Url& url) {
  const std::size_t question = text.find('?');
  const auto path = normal_characters(text.substr(0, question));
  const auto query =
      normal_characters(question == std::string_view::npos ? std::string_view() : text.substr(question + 1));
  if (!path || !query) return bad_url(whole, "a % without two hexadecimal digits");
  url.path = without_dot_segments(path->empty() ? std::string_view("/") : *path);
  url.query = *query;
  return {};
}

Result<std::string_view> printable_part(std::string_view text) {
  if (text.size() > max_url) return fail(ErrorKind::usage, "net.bad-url", "a URL of more than 8 KiB");
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte == 0x7F) return bad_url(text, "white space or a control character");
  }
  return text.substr(0, text.find('#'));
}

}  // namespace

std::string Url::origin() const {
  const bool bare = port == (scheme == "https" ? https_port : http_port);
  const bool v6 = host.find(':') != std::string::npos;
  return scheme + "://" + (v6 ? "[" + host + "]" : host) + (bare ? "" : ":" + std::to_string(port));
}

std::string Url::text() const {
  return origin() + path + (query.empty() ? "" : "?" + query);
}

std::vector<std::string> Url::segments() const {
  std::vector<std::string> result;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::string_view segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(segment.size() + 1, rest.size()));
    if (!segment.empty()) result.push_back(decode_percent(segment).value_or(std::string(segment)));
  }
  return result;
}

Url Url::child(std::string_view name) const {
  Url result = *this;
  if (!result.path.ends_with('/')) result.path += '/';
  result.path += encode_segment(name);
  return result;
}

Result<Url> parse_url(std::string_view text, ToAscii to_ascii) {
  std::string_view rest = SM_TRY(printable_part(text));
  Url url;
  const std::size_t colon = rest.find("://");
  url.scheme = lower(rest.substr(0, colon == std::string_view::npos ? 0 : colon));
  if (url.scheme != "https" && url.scheme != "http") {
    return bad_url(text, "it does not begin with https://");
  }
  url.port = url.scheme == "https" ? https_port : http_port;
  rest.remove_prefix(colon + 3);
  const std::size_t path = std::min(rest.find_first_of("/?"), rest.size());
  SM_TRY(parse_authority(rest.substr(0, path), text, to_ascii, url));
  SM_TRY(parse_path(rest.substr(path), text, url));
  return url;
}

Result<Url> resolve_reference(const Url& base, std::string_view reference, ToAscii to_ascii) {
  const auto resolve = [&]() -> Result<Url> {
    const std::string_view rest = SM_TRY(printable_part(reference));
    const std::size_t colon = rest.find(':');
    if (colon != std::string_view::npos && colon < rest.find_first_of("/?")) return parse_url(rest, to_ascii);
    if (rest.starts_with("//")) return parse_url(base.scheme + ":" + std::string(rest), to_ascii);
    Url url = base;
    if (rest.empty()) return url;
    if (rest.starts_with('/')) {
      SM_TRY(parse_path(rest, reference, url));
    } else if (rest.starts_with('?')) {
      SM_TRY(parse_path(base.path + std::string(rest), reference, url));
    } else {
      SM_TRY(parse_path(base.path.substr(0, base.path.rfind('/') + 1) + std::string(rest), reference, url));
    }
    return url;
  };
  auto url = resolve();
  if (!url) {
    if (url.error().code == "net.bad-url") url.error().kind = ErrorKind::data;
    url.error().hint.clear();
    return url;
  }
  url->user.clear();
  return url;
}

std::string encode_segment(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_escape(out, c);
    }
  }
  return out;
}

std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3 || hex_digit(text[i + 1]) < 0 || hex_digit(text[i + 2]) < 0) return std::nullopt;
    out += static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
    i += 2;
  }
  return out;
}

}  // namespace sm::net
