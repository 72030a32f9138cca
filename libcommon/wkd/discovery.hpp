// By which method the directory of a domain is asked.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

#include "dns/resolver.hpp"
#include "net/address.hpp"
#include "wkd/address.hpp"

namespace sm::wkd {

struct Discovery {
  Method method = Method::advanced;
  std::vector<net::Address> addresses;  // of openpgpkey.<domain>; none for the direct method
  bool is_there = true;                 // false: neither host has an address, so that there can be no directory
};

// §3.1: the direct method only if the sub-domain openpgpkey does not exist, which the DNS has to say: NXDOMAIN, or, as
// a domain with a wildcard is told to have it, that there is no address at this very name. An alias exists, wherever it
// leads. Errors: wkd.dns (temporary): the DNS gives no answer; that is never taken for "does not exist".
Result<Discovery> discover(dns::Resolver& resolver, std::string_view domain, std::chrono::milliseconds timeout);

}  // namespace sm::wkd
