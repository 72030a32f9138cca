// The port through which a mail server's TLS is looked at: one connection to one address, up to the end of the
// handshake. What was presented there is for others to judge.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/pollable.hpp"
#include "net/address.hpp"

namespace sm::net {

// How a connection gets to TLS.
enum class Protocol {
  smtp,  // EHLO, STARTTLS (RFC 3207)
  imap,  // STARTTLS (RFC 3501 §6.2.1)
  pop3,  // STLS (RFC 2595 §4)
  tls,   // at once (RFC 8314 §3)
};

// Which certificate is asked for: a server may have one for each kind of key.
enum class KeyType { any, ecdsa, rsa };

struct ProbeTarget {
  Address address;
  std::uint16_t port = 25;
  std::string server_name;  // SNI
  KeyType key = KeyType::any;
  Protocol protocol = Protocol::smtp;

  bool operator==(const ProbeTarget&) const = default;
};

// How far it got.
enum class ProbeStep { connect, greeting, capabilities, starttls, handshake, done };

enum class ProbeOutcome {
  handshake,  // complete: `chain` is what the server presented
  // Seen, and wrong.
  no_starttls,         // not offered, or the server knows no extensions
  starttls_refused,    // offered, and refused for good
  plaintext_injected,  // octets in clear behind the reply to STARTTLS (CVE-2011-0411, RFC 3207 §6)
  tls_too_old,         // nothing from TLS 1.2 on (RFC 8996)
  // Nothing that both know: the server may have no certificate of that kind of key.
  no_common_parameters,
  // Nothing is proven about the server's TLS.
  unreachable,       // no route
  connect_refused,   // nobody listens
  timed_out,         // at `step`
  busy,              // 421 or another 4yz
  refused,           // 5yz to this client
  malformed,         // no words of the protocol
  closed,            // by the server, at `step`
  handshake_failed,  // for another reason
};

struct ProbeResult {
  ProbeOutcome outcome = ProbeOutcome::closed;
  ProbeStep step = ProbeStep::connect;
  std::string detail;              // the server's words, the system's or libssl's; untrusted; may be empty
  std::vector<std::string> chain;  // DER, as sent: the server's own first
  std::string tls_version;         // "TLSv1.3"
  std::string cipher;              // "TLS_AES_256_GCM_SHA384"
};

std::string_view name_of(Protocol);      // "smtp"
std::string_view name_of(KeyType);       // "any", "ecdsa", "rsa"
std::string_view name_of(ProbeStep);     // "greeting"
std::string_view name_of(ProbeOutcome);  // "no-starttls"

// Whether the outcome leaves open how the server's TLS is: another try, or another place, may tell.
bool is_untested(ProbeOutcome outcome);

// What a port is for: 465 and 993 are TLS at once, 143 IMAP …; smtp where it is not one of those.
Protocol protocol_of(std::uint16_t port);

// Not for several threads.
class SmtpProbe : public Pollable {
 public:
  using Callback = std::function<void(ProbeResult result)>;
  virtual ~SmtpProbe() = default;  // what is still open is dropped, without a call back

  // Connects. `done` is called once, from process(), never from ask().
  virtual void ask(ProbeTarget target, Callback done) = 0;
};

}  // namespace sm::net
