// URLs of http and https (RFC 3986, RFC 9110 §4.2): as much as asking a server takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::net {

struct Url {
  std::string scheme;        // "https" or "http"
  std::string user;          // decoded; never a password
  std::string host;          // a name in ASCII lower case without the final dot, or an address without brackets
  std::uint16_t port = 443;  // never 0
  std::string path;          // begins with '/', percent-encoded, without dot segments
  std::string query;         // percent-encoded, without '?'

  // As it is asked for: without the user. The port is left out where it is the scheme's.
  std::string text() const;
  // "https://host:port"
  std::string origin() const;
  // What stands between the slashes of the path, decoded: of "/a/b%20c/" {"a", "b c"}.
  std::vector<std::string> segments() const;
  // The child `name`, not encoded, of the collection that this is.
  Url child(std::string_view name) const;

  bool operator==(const Url&) const = default;
};

// Gives the A-label form of a name in UTF-8 (RFC 5891 §4.4): backend/idn's to_ascii. nullptr: such names are refused.
using ToAscii = Result<std::string> (*)(std::string_view name);

// What a user or a server wrote. Characters that a path or query can't hold are percent-encoded; white space, control
// characters, a password and a host that only some programs can read are refused; a fragment is dropped. Errors:
// net.bad-url (usage), and to_ascii's.
Result<Url> parse_url(std::string_view text, ToAscii to_ascii = nullptr);

// A reference in an answer from `base` (RFC 3986 §5.2): Location, DAV:href. Its user, if it has one, is dropped.
// Errors: net.bad-url, here data.
Result<Url> resolve_reference(const Url& base, std::string_view reference, ToAscii to_ascii = nullptr);

// Everything but unreserved characters (§2.3) as %NN.
std::string encode_segment(std::string_view text);
// nullopt: a % without its two digits.
std::optional<std::string> decode_percent(std::string_view text);

}  // namespace sm::net
