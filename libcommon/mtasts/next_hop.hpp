// The key of Postfix's smtp_tls_policy_maps as a next hop (postconf(5)).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dane/destination.hpp"
#include "dns/name.hpp"

namespace sm::mtasts {

inline constexpr std::size_t max_key = 1024;  // octets; no name with brackets and a port is as long

// "example.org", "example.org:587", "[mail.example.org]", "[mail.example.org]:587"; a port may be smtp, submission,
// submissions or smtps. nullopt: there is no policy for it, since it is the form for a domain with all below it
// (".example.org", to which no policy applies: RFC 8461 §3.4), an address, or no name at all.
std::optional<dane::NextHop> next_hop(std::string_view key, dns::ToAscii to_ascii);

// The one way to write it in which next_hop() reads it again: A-labels in lower case, port 25 not mentioned.
std::string key_of(const dane::NextHop& next_hop);

}  // namespace sm::mtasts
