// EHLO, STARTTLS, QUIT: what is said to a mail server to get to TLS, and how a refusal is meant. Bytes only: who drives
// it owns the connection, the clock and TLS.
//
//   Dialogue dialogue("client.example.org");
//   while (dialogue.state() == State::talking) {
//     send(dialogue.take_output());
//     if (closed) dialogue.closed(); else dialogue.receive(bytes);
//   }
//   if (dialogue.state() == State::start_tls) …   // the handshake, then "QUIT\r\n" inside
//   else send(dialogue.take_output());            // QUIT, best effort
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "smtp/reply.hpp"

namespace sm::smtp {

enum class State {
  talking,
  start_tls,  // the next octets of either side belong to TLS
  finished,   // `outcome` says why
};

enum class Outcome {
  none,                  // not finished, or TLS may start
  busy,                  // 421 or another 4yz at the greeting or to EHLO: greylisting, rate limits
  refused,               // 5yz at the greeting, or to EHLO as a matter of policy: this client is not wanted (RFC 7504)
  no_extensions,         // EHLO is not understood (RFC 5321 §4.1.1.1): so there is no STARTTLS
  no_starttls,           // it is not offered
  starttls_unavailable,  // offered, and 4yz: 454 (RFC 3207 §4)
  starttls_refused,      // offered, and 5yz
  plaintext_injected,    // octets behind the reply to STARTTLS, which were not protected (CVE-2011-0411, RFC 3207 §6)
  malformed,             // what came is no SMTP
  closed,                // the connection ended before that
};

// "no-starttls", "plaintext-injected" …
std::string_view name_of(Outcome outcome);
// The server was not seen as others see it: nothing is proven about its TLS, another try or another place may tell.
bool is_untested(Outcome outcome);

class Dialogue {
 public:
  // `helo`: our name, a domain name or an address literal.
  explicit Dialogue(std::string_view helo) : helo_(helo) {}

  void receive(std::string_view bytes);
  void closed();
  // What is to be sent, once.
  std::string take_output();

  State state() const { return state_; }
  Outcome outcome() const { return outcome_; }
  // The reply that decided.
  const std::optional<Reply>& reply() const { return reply_; }
  // How far it came: 0 at the greeting, 1 at EHLO, 2 at STARTTLS.
  int step() const { return static_cast<int>(waiting_); }

 private:
  enum class Waiting { greeting, ehlo, starttls };
  void handle(Reply reply);
  void finish(Outcome outcome, bool quit = true);

  std::string helo_;
  ReplyReader reader_;
  Waiting waiting_ = Waiting::greeting;
  State state_ = State::talking;
  Outcome outcome_ = Outcome::none;
  std::optional<Reply> reply_;
  std::string output_;
};

}  // namespace sm::smtp
