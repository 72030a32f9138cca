// The way to TLS at the servers that people read their mail from: STARTTLS of IMAP (RFC 3501 §6.2.1), STLS of POP3
// (RFC 2595 §4). As Dialogue, and with its words for how it ends.
#pragma once

#include <string>
#include <string_view>

#include "smtp/dialogue.hpp"

namespace sm::smtp {

enum class MailboxProtocol { imap, pop3 };

class MailboxDialogue {
 public:
  explicit MailboxDialogue(MailboxProtocol protocol) : protocol_(protocol) {}

  void receive(std::string_view bytes);
  void closed();
  // What is to be sent, once.
  std::string take_output();

  State state() const { return state_; }
  Outcome outcome() const { return outcome_; }
  // The line that decided; untrusted.
  const std::string& reply() const { return reply_; }
  // How far it came: 0 at the greeting, 1 at what the server can do, 2 at STARTTLS.
  int step() const { return static_cast<int>(waiting_); }

 private:
  enum class Waiting { greeting, capabilities, starttls };
  void handle_imap(std::string_view line);
  void handle_pop3(std::string_view line);
  void ask_for_tls();
  void finish(Outcome outcome, bool quit = true);

  MailboxProtocol protocol_;
  Waiting waiting_ = Waiting::greeting;
  State state_ = State::talking;
  Outcome outcome_ = Outcome::none;
  std::string buffer_;
  std::string reply_;
  std::string output_;
  std::size_t lines_ = 0;  // of this step
  bool listing_ = false;   // within the lines of CAPA
  bool offered_ = false;
};

}  // namespace sm::smtp
