#include "vks/query.hpp"

#include "mime/address.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::vks {
namespace {

constexpr std::size_t fingerprint_digits = 40;
constexpr std::size_t key_id_digits = 16;
constexpr std::size_t short_id_digits = 8;
constexpr std::size_t max_address = 1024;  // bytes

Unexpected no_query(std::string message, std::string hint = {}) {
  return fail(ErrorKind::usage, "vks.query", std::move(message), std::move(hint));
}

}  // namespace

Result<std::string> canonical_address(std::string_view address, net::ToAscii to_ascii) {
  const auto normal =
      address.size() <= max_address ? mime::parse_address(address) : std::optional<std::string>(std::nullopt);
  const std::size_t at = normal ? normal->rfind('@') : std::string::npos;
  if (at == std::string::npos || normal->substr(at + 1).starts_with('['))
    return no_query(std::string(address.substr(0, max_address)) + " is no mail address");
  auto domain = to_ascii(normal->substr(at + 1));
  if (!domain) return no_query(std::string(address) + ": " + domain.error().message);
  return normal->substr(0, at + 1) + *domain;
}

Result<Query> parse_query(std::string_view text, net::ToAscii to_ascii) {
  text = trim(text);
  if (text.find('@') != std::string_view::npos) {
    auto address = SM_TRY(canonical_address(text, to_ascii));
    return Query{Query::Kind::email, std::move(address)};
  }
  std::string digits = hex_digits(text);
  if (digits.size() == fingerprint_digits) return Query{Query::Kind::fingerprint, std::move(digits)};
  if (digits.size() == key_id_digits) return Query{Query::Kind::key_id, std::move(digits)};
  return no_query(std::string(text.substr(0, max_address)) + " is neither an address nor a fingerprint nor a key ID",
                  digits.size() == short_id_digits ? "anybody can make a key with a given key ID of 8 digits" : "");
}

net::Url url_of(const net::Url& server, const Query& query) {
  const std::string_view way = query.kind == Query::Kind::email         ? "by-email"
                               : query.kind == Query::Kind::fingerprint ? "by-fingerprint"
                                                                        : "by-keyid";
  return server.child("vks").child("v1").child(way).child(query.value);
}

}  // namespace sm::vks
