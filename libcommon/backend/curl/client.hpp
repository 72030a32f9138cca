// net::HttpClient by libcurl: many exchanges at once on one thread, connections kept between them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "dns/resolver.hpp"
#include "net/http.hpp"
#include "net/proxy.hpp"

namespace sm::curl {

// Narrows which certificates count for `host`, before a handshake on the SSL_CTX of OpenSSL that it is given. False: it
// can't, and the exchange fails. backend/tls's by_dns_id.
using CertificateRule = bool (*)(void* context, const std::string& host);

struct Settings {
  std::string ca_file;              // certificate authorities in PEM, instead of the system's
  std::optional<net::Proxy> proxy;  // the environment's is never heeded
  enum class Version { any, v4, v6 };
  Version version = Version::any;
  bool allow_private = false;  // also for hosts that the user did not name
  std::size_t window = 50;     // exchanges at a time; at least 1
  // Must outlive the client, which drives it: whoever drives the client need not, but may. nullptr: the system's
  // look-up (nsswitch.conf), by threads of the library.
  dns::Resolver* resolver = nullptr;
  // nullptr: libcurl's own rule, by which a certificate without a subjectAltName counts by its common name. Not with a
  // proxy that is itself asked by https, whose handshake can't be told from the host's.
  CertificateRule rule = nullptr;
};

// Errors: net.cafile (no_input), if the file can't be read. One that has no certificate is seen in the first exchange.
// net.bad-proxy (usage): one that `rule` excludes.
Result<std::unique_ptr<net::HttpClient>> make_client(Settings settings);

}  // namespace sm::curl
