// MTA-STS policies (RFC 8461 §3.2). A domain says, at
//
//   https://mta-sts.example.org/.well-known/mta-sts.txt
//
// which of its MX hosts may get mail, and that each must prove its name by a certificate of an authority that everybody
// trusts:
//
//   version: STSv1
//   mode: enforce
//   mx: mail.example.org
//   mx: *.example.net
//   max_age: 1209600
//
// Whoever stands between two mail servers can take STARTTLS out of what they say, or answer for the MX; he can do
// neither to somebody who still has the policy of yesterday, and that is what max_age (in seconds) is for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/finding.hpp"

namespace sm::mtasts {

inline constexpr std::size_t max_policy = 64 * 1024;     // octets (§3.3)
inline constexpr std::int64_t max_max_age = 31'557'600;  // seconds: a year; what is more counts as that (§3.2)
inline constexpr std::int64_t day = 86'400;              // seconds

enum class Mode { none, testing, enforce };
std::string_view name_of(Mode);  // "none", "testing", "enforce"
std::optional<Mode> parse_mode(std::string_view text);

struct Policy {
  Mode mode = Mode::none;
  std::vector<std::string>
      mx;                    // patterns in lower case, in their order, each once: "mail.example.org", "*.example.net"
  std::int64_t max_age = 0;  // seconds, at most max_max_age

  bool operator==(const Policy&) const = default;
};

struct Reading {
  std::optional<Policy> policy;           // if there is one that counts: no finding is an error
  std::vector<report::Finding> findings;  // what is wrong with it, and what is unwise; subject: "line 3"
};

// Reads what a policy host serves. Lines end in LF or CRLF (erratum 6253); of a key that is there twice the first
// counts, but for mx; keys that are not known do not count.
Reading read_policy(std::string_view body);

// Whether `text` may stand behind "mx:": a host name in A-labels, or "*." and one (§3.2).
bool is_pattern(std::string_view text);
// Letters, digits, hyphens and dots (RFC 5321 §2.3.5), and the underscore, which some have in their names all the same.
// No name with the DNS's other octets, which would have to be written with escapes.
bool is_of_a_host(std::string_view name);

// Whether `name` is all digits and dots, as no host's name is (RFC 1123 §2.1): a policy may have it for a pattern,
// which fits nothing.
bool is_ipv4_like(std::string_view name);

// Whether mail may go to `host` by this policy: "*" stands for exactly one label, the leftmost (§4.1). Without case,
// and without a dot at the end. Mode does not matter here.
bool matches(const Policy& policy, std::string_view host);

// With CRLF, as §3.2 shows it. Precondition: what read_policy() would find no error in.
std::string write_policy(const Policy& policy);

}  // namespace sm::mtasts
