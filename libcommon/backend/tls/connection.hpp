// One connection of the probe: socket, dialogue, handshake, leave. Seen by this folder only.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

#include "backend/tls/probe.hpp"
#include "base/handle.hpp"
#include "io/descriptor.hpp"
#include "net/smtp_probe.hpp"
#include "smtp/dialogue.hpp"
#include "smtp/mailbox_dialogue.hpp"

namespace sm::tls {

class Connection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // `context` must outlive it. Begins to connect.
  Connection(const ProbeSettings& settings, SSL_CTX& context, net::ProbeTarget target, net::SmtpProbe::Callback done,
             Time now);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int descriptor() const { return socket_.get(); }  // -1 once is_over()
  short events() const;
  Time deadline() const { return deadline_; }
  bool is_over() const { return phase_ == Phase::over; }

  void on_ready(short revents, Time now);
  void on_deadline(Time now);
  // Once, after is_over().
  void deliver() { done_(std::move(result_)); }

 private:
  enum class Phase { connecting, talking, handshaking, leaving, over };

  void connect();
  void connected(Time now);
  void talk(std::string_view bytes, Time now);
  void end_dialogue(smtp::Outcome outcome, std::string detail, Time now);
  void begin_handshake(Time now);
  void handshake(Time now);
  void handshake_failed();
  void leave(std::string_view words, Time now);
  void fail(net::ProbeOutcome outcome, std::string detail = {});
  void close();

  void set_step(net::ProbeStep step, Time now);
  void send_out();
  void take_tls_output();
  void receive(Time now);
  void on_bytes(std::string_view bytes, Time now);
  void on_end(Time now);

  const ProbeSettings& settings_;
  SSL_CTX& context_;
  net::ProbeTarget target_;
  net::SmtpProbe::Callback done_;
  net::ProbeResult result_;
  Phase phase_ = Phase::connecting;
  Time deadline_;
  Descriptor socket_;
  std::string output_;  // what the socket does not take yet
  std::variant<std::monostate, smtp::Dialogue, smtp::MailboxDialogue> dialogue_;
  Handle<SSL, SSL_free> ssl_;
};

}  // namespace sm::tls
