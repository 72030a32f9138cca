// dns::Resolver by c-ares: fast, and with many questions in flight. It validates nothing itself: an answer is as good
// as its resolver's word, and only where the caller says that this counts.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include "dns/resolver.hpp"
#include "dns/servers.hpp"

namespace sm::cares {

struct Options {
  std::vector<dns::Server> servers;  // at least one, at most 32; asked in this order, the next one when one fails
  // trusted_resolver or trusted_by_command: AD is believed. nobody: Security is indeterminate throughout.
  dns::Trust trust = dns::Trust::nobody;
  // Questions in flight. Past 200, resolvers drop what their receive queue does not hold.
  std::size_t window = 100;
  std::chrono::milliseconds patience{1500};  // with one server, before the question is sent again
};

// Answers are Trust as in the options. Among secure, insecure, bogus and indeterminate it tells by AD; by SERVFAIL that
// becomes an answer when checking is disabled (CD, RFC 4035 §3.2.2); and by asking a server once for the root's NS,
// which one that validates knows to be secure.
std::unique_ptr<dns::Resolver> make_resolver(const Options& options);

}  // namespace sm::cares
