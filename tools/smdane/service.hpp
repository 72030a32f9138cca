// HOST[:PORT], as users name a service, and where its TLSA records stand (RFC 6698 §3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dns/name.hpp"

namespace sm::smdane {

inline constexpr std::uint16_t smtp_port = 25;

struct Service {
  dns::Name host;
  std::uint16_t port = smtp_port;

  // "mx.example.org:25"
  std::string text() const;
  // _25._tcp.mx.example.org. Too long: dns.bad-name (data).
  Result<dns::Name> tlsa_name() const;
};

// International names become A-labels. Errors: smdane.service, dns.bad-name, dns.bad-idn (usage).
Result<Service> parse_service(std::string_view text);

}  // namespace sm::smdane
