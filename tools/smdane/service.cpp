#include "service.hpp"

#include "backend/idn/idn.hpp"
#include "dane/tlsa.hpp"
#include "dns/servers.hpp"
#include "dns/zone_token.hpp"
#include "text/ascii.hpp"

namespace sm::smdane {
namespace {

Unexpected refuse(std::string_view text, std::string_view why, std::string hint = {}) {
  return fail(ErrorKind::usage, "smdane.service", "\"" + std::string(text) + "\" " + std::string(why), std::move(hint));
}

// "_25._tcp.mx.example.org" is where the records stand, and not what they are about.
bool is_record_name(std::string_view host) {
  const std::size_t dot = host.find('.');
  return host.starts_with('_') && dot != std::string_view::npos && dns::decimal(host.substr(1, dot - 1), 0xFFFF) &&
         starts_with_ignoring_case(host.substr(dot + 1), "_tcp.");
}

}  // namespace

std::string Service::text() const {
  return host.text() + ':' + std::to_string(port);
}

Result<dns::Name> Service::tlsa_name() const {
  return dane::tlsa_name(host, port);
}

Result<Service> parse_service(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  Service service;
  if (dns::parse_server(text) || host.find(':') != std::string_view::npos || dns::parse_server(host))
    return refuse(text, "is an address, and TLSA records belong to names", "give the name of the host");
  if (host.find_first_of("/@ ") != std::string_view::npos)
    return refuse(text, "is not of the form HOST or HOST:PORT", "such as mx.example.org, or mx.example.org:465");
  if (colon != std::string_view::npos) {
    const auto port = dns::decimal(text.substr(colon + 1), 0xFFFF);
    if (!port || *port == 0) return refuse(text, "has no port from 1 to 65535 behind the colon");
    service.port = static_cast<std::uint16_t>(*port);
  }
  if (is_record_name(host)) {
    const std::size_t tcp = host.find('.', host.find('.') + 1);
    return refuse(text, "is the name of the records: what is asked for is the host",
                  "give " + std::string(host.substr(tcp + 1)) + ":" + std::string(host.substr(1, host.find('.') - 1)));
  }
  auto name = dns::host_name(host, idn::to_ascii);
  if (!name) {
    name.error().kind = ErrorKind::usage;
    return Unexpected{std::move(name).error()};
  }
  if (name->is_root()) return refuse(text, "names no host");
  service.host = *std::move(name);
  if (const auto records = service.tlsa_name(); !records)
    return refuse(text, "is too long for a name with TLSA records below it");
  return service;
}

}  // namespace sm::smdane
