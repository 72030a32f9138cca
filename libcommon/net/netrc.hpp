// netrc: the file in which users keep what they log in to machines with (curl(1), ftp(1)). Words between white space:
//
//   machine dav.example.org login alice password "with \"quotes\""
//   default login anonymous password x
//
// A line that begins with '#' is a comment; "macdef NAME" begins a macro, which goes to the next empty line; words that
// are none of these are other programs', and passed over.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace sm::net {

inline constexpr std::size_t netrc_limit = 64 * 1024;  // bytes of such a file

struct Credentials {
  std::string user;
  Secret password;
};

// The first entry for `host` (in any case of letters), or the default entry if that comes first; with `user` not empty,
// the first that has this login, or no login. nullopt: there is none that has a user. Errors: net.netrc (config), with
// the line: a word without its value, a quotation without an end.
Result<std::optional<Credentials>> find_credentials(std::string_view netrc, std::string_view host,
                                                    std::string_view user);

}  // namespace sm::net
