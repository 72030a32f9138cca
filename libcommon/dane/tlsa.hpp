// TLSA records as whoever uses them sees them: where they stand, and how they are written for people and programs.
#pragma once

#include <cstdint>
#include <string>

#include "dns/name.hpp"
#include "dns/rdata_tlsa.hpp"
#include "json/value.hpp"

namespace sm::dane {

// "_25._tcp.mx.example.org" (RFC 6698 §3). Error: dns.bad-name (data): too long.
Result<dns::Name> tlsa_name(const dns::Name& host, std::uint16_t port);

// "3 1 1": usage, selector and matching type.
std::string parameters_of(const dns::Tlsa& record);

// An object with usage, selector, type and data, in hexadecimal.
json::Value to_json(const dns::Tlsa& record);

}  // namespace sm::dane
