// Web Key Directory (draft-koch-openpgp-webkey-service): where the OpenPGP certificate of a mail address is found.
//
// A mail domain's own web server hands it out, at a URL that anybody can make from the address. The local part is
// hashed, so that names of files are harmless and nobody can list addresses by them. There are two methods: the
// advanced one asks the host openpgpkey.<domain>, which can serve many domains; the direct one asks the host <domain>
// itself, and only where that sub-domain does not exist:
//
//   https://openpgpkey.example.org/.well-known/openpgpkey/example.org/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe
//   https://example.org/.well-known/openpgpkey/hu/iy9q119eutrkn8s1mk4r39qejnbu3n5q?l=Joe.Doe
#pragma once

#include <string>
#include <string_view>

#include "base/primitives.hpp"
#include "base/result.hpp"
#include "dns/name.hpp"
#include "net/url.hpp"

namespace sm::wkd {

struct Address {
  std::string local;   // as it was written; UTF-8 (RFC 6531)
  std::string domain;  // A-labels in lower case, without a final dot

  // "local@domain"
  std::string text() const { return local + '@' + domain; }
};

// An addr-spec without quotes, comments and white space. Errors: wkd.bad-address (usage), and to_ascii's.
Result<Address> parse_address(std::string_view text, dns::ToAscii to_ascii);
// What stands before the last @ of such an address, whose domain is not looked at; a view into `text`. Errors:
// wkd.bad-address (usage).
Result<std::string_view> local_part(std::string_view text);
// A mail domain, in A-labels and lower case. Errors: wkd.bad-domain (usage), and to_ascii's.
Result<std::string> parse_domain(std::string_view text, dns::ToAscii to_ascii);

// §3.1: z-base-32 of the SHA-1 of the local part, in which only A to Z are turned into lower case: 32 characters.
std::string hash(std::string_view local);
// The same, for many of them.
std::string hash(std::string_view local, Sha1& sha1);
// The same of a local part as it stands: what a server has that misread the rule.
std::string hash_as_it_stands(std::string_view local);
// Whether it could be such a hash: 32 characters of z-base-32.
bool is_hash(std::string_view name);

enum class Method { advanced, direct };
std::string_view name_of(Method method);  // "advanced"

// "openpgpkey.example.org"; for the direct method "example.org".
std::string host_of(Method method, std::string_view domain);
// "/.well-known/openpgpkey/example.org"; for the direct method "/.well-known/openpgpkey".
std::string folder_of(Method method, std::string_view domain);
// The local part goes along as l=, unchanged, percent-encoded.
net::Url key_url(Method method, const Address& address);
// §4.5
net::Url policy_url(Method method, std::string_view domain);

// Whether somebody who asks the directory of a domain goes on to where a redirect leads: by https and on the same port,
// on the same host, or between a host and its openpgpkey sub-domain. Anywhere else the domain's word ends.
bool may_follow(const net::Url& from, const net::Url& to);

}  // namespace sm::wkd
