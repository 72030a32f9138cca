// TXT: text in pieces of up to 255 octets (RFC 1035 §3.3.14).
#pragma once

#include <string>
#include <vector>

#include "dns/type.hpp"

namespace sm::dns {

struct Txt {
  static constexpr Type type = Type::txt;
  std::vector<std::string> strings;  // at least one on the wire; any octets

  // Without anything between the pieces, as SPF, MTA-STS and DKIM read it (RFC 8461 §3.1).
  std::string joined() const;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Txt&) const = default;
};

}  // namespace sm::dns
