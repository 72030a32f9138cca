// DANE for SMTP (RFC 7672, on RFC 7671 and 6698) in a few words. Mail between servers goes over TLS if both know it,
// and nobody looks at the certificate: whoever stands between them can strip STARTTLS or present a certificate of their
// own. A domain that publishes TLSA records says what its servers' certificates are, and by their presence that TLS is
// there. It is DNSSEC that makes this worth anything: the MX records, the hosts' addresses and the TLSA records must
// all be secure, as an attacker who forges one of them leads the mail elsewhere, or makes the promise disappear.
//
// So a check follows the same way as a sending server: MX, addresses, TLSA at _25._tcp.<host>, STARTTLS, handshake,
// comparison; and says at each step what DNSSEC says. Unlike that server it looks at every host, every address and
// every kind of key, as any of them may be the next one's choice. What it could not see, it does not judge: not tested
// is neither protected nor failed.
#pragma once

#include <functional>

#include "dane/host_check.hpp"

namespace sm::dane {

inline constexpr std::size_t max_hosts = 100;      // of a domain
inline constexpr std::size_t max_addresses = 100;  // of a host

using CheckDone = std::function<void(CheckReport)>;

// Both call back from the resolver's or the probe's process(). Many may be open at a time.
void check_domain(const CheckTools& tools, const CheckOptions& options, dns::Name domain, CheckDone done);
// A host that the user names, as RFC 7671 §6 has it: nobody's MX.
void check_given_host(const CheckTools& tools, const CheckOptions& options, HostQuestion question, CheckDone done);

}  // namespace sm::dane
