// net::SmtpProbe by OpenSSL over sockets of its own: many connections on one thread, each with a deadline a step.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "net/smtp_probe.hpp"

namespace sm::tls {

struct ProbeSettings {
  std::string helo = "localhost";  // what EHLO says
  std::chrono::milliseconds connect_timeout{10'000};
  // For each reply, whole, and for the handshake.
  std::chrono::milliseconds step_timeout{30'000};
  // For the answer to QUIT, which nothing depends on.
  std::chrono::milliseconds quit_timeout{1'000};
};

// TLS 1.2 and later. The certificate is not verified, only handed on; what a client of today would find too weak is
// taken too, since the question is another one.
std::unique_ptr<net::SmtpProbe> make_probe(ProbeSettings settings);

}  // namespace sm::tls
