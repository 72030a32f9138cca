// Domain names (RFC 1035 §2.3.4, §3.1; RFC 4343 for case): up to 63 octets a label, up to 255 in all, any octet
// allowed.
#pragma once

#include <compare>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sm::dns {

inline constexpr std::size_t max_label = 63;  // octets
inline constexpr std::size_t max_name = 255;  // octets on the wire, with the length octets and the root's

// An absolute name. It keeps the case that it came in; comparisons fold the case of ASCII letters.
class Name {
 public:
  Name() : wire_(1, '\0') {}  // the root

  // Presentation form (RFC 1035 §5.1): labels with dots between them, "\." or "\DDD" (decimal) for an octet that means
  // nothing else. Absolute, with or without a dot at the end; "." is the root. ASCII only: international names go
  // through host_name(). Errors: dns.bad-name (data).
  static Result<Name> parse(std::string_view text);
  // Uncompressed wire form, exactly one name and nothing behind it. Errors: dns.bad-name (data).
  static Result<Name> from_wire(std::string_view wire);
  // `prefix` in front of `suffix`: _25._tcp and mail.example.org. Too long: dns.bad-name (data).
  static Result<Name> join(const Name& prefix, const Name& suffix);

  // Length octets and labels, the root's 0 last; valid as long as the Name.
  const std::string& wire() const { return wire_; }
  // Presentation form without the final dot ("." for the root), printable ASCII whatever is in it.
  std::string text() const;
  // With the final dot, as zone text has it.
  std::string absolute() const;
  // Wire form in lower case: equal for equal names.
  std::string key() const;

  bool is_root() const { return wire_.size() == 1; }
  // Unescaped octets of each label, leftmost first, without the root; views into the Name.
  std::vector<std::string_view> labels() const;
  // Without the leftmost label; the root's parent is the root.
  Name parent() const;
  // Equal to `ancestor` or below it.
  bool is_within(const Name& ancestor) const;

  bool operator==(const Name& other) const;
  // Some total order in which equal names are equal, for maps; not the canonical order of DNSSEC.
  std::strong_ordering operator<=>(const Name& other) const;

 private:
  friend class WireReader;
  explicit Name(std::string wire) : wire_(std::move(wire)) {}
  std::string wire_;
};

// Gives the A-label form of a name in UTF-8 (RFC 5891 §4.4): backend/idn's to_ascii.
using ToAscii = Result<std::string> (*)(std::string_view name);

// What a user typed as a host or domain: ASCII as it is, anything else through `to_ascii` first. Errors: dns.bad-name
// (data) and to_ascii's.
Result<Name> host_name(std::string_view text, ToAscii to_ascii);

}  // namespace sm::dns
