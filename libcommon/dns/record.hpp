// A resource record (RFC 1035 §3.2.1).
#pragma once

#include <cstdint>

#include "dns/name.hpp"
#include "dns/rdata.hpp"
#include "dns/type.hpp"

namespace sm::dns {

struct Record {
  Name name;
  Type type{};
  std::uint16_t dns_class = class_in;
  std::uint32_t ttl = 0;  // seconds
  Rdata data;

  bool operator==(const Record&) const = default;
};

}  // namespace sm::dns
