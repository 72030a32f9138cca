#include "dane/tlsa.hpp"

#include "text/hex.hpp"

namespace sm::dane {

Result<dns::Name> tlsa_name(const dns::Name& host, std::uint16_t port) {
  const dns::Name prefix = SM_TRY(dns::Name::parse("_" + std::to_string(port) + "._tcp"));
  return dns::Name::join(prefix, host);
}

std::string parameters_of(const dns::Tlsa& record) {
  return std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
         std::to_string(record.matching_type);
}

json::Value to_json(const dns::Tlsa& record) {
  return json::object({{"usage", record.usage},
                       {"selector", record.selector},
                       {"type", record.matching_type},
                       {"data", hex_lower(record.data)}});
}

}  // namespace sm::dane
