#include "smtp/mailbox_dialogue.hpp"

#include <algorithm>
#include <utility>

#include "smtp/reply.hpp"
#include "text/ascii.hpp"

namespace sm::smtp {
namespace {

// Whether one of the words of `line` is `word`.
bool has_word(std::string_view line, std::string_view word) {
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (equal_ignoring_case(line.substr(0, end), word)) return true;
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return false;
}

}  // namespace

void MailboxDialogue::receive(std::string_view bytes) {
  if (bytes.empty() || state_ == State::finished) return;
  if (state_ == State::start_tls) return finish(Outcome::plaintext_injected, false);
  buffer_ += bytes;
  while (state_ == State::talking) {
    const std::size_t end = buffer_.find('\n');
    if (std::min(end, buffer_.size()) > max_reply_line) return finish(Outcome::malformed);
    if (end == std::string::npos) return;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    if (++lines_ > max_reply_lines) return finish(Outcome::malformed);
    if (protocol_ == MailboxProtocol::imap)
      handle_imap(line);
    else
      handle_pop3(line);
  }
  if (state_ == State::start_tls && !buffer_.empty()) finish(Outcome::plaintext_injected, false);
}

void MailboxDialogue::closed() {
  if (state_ == State::talking) finish(Outcome::closed, false);
}

std::string MailboxDialogue::take_output() {
  return std::exchange(output_, {});
}

void MailboxDialogue::ask_for_tls() {
  waiting_ = Waiting::starttls;
  lines_ = 0;
  output_ += protocol_ == MailboxProtocol::imap ? "b STARTTLS\r\n" : "STLS\r\n";
}

void MailboxDialogue::handle_imap(std::string_view line) {
  reply_ = line;
  if (starts_with_ignoring_case(line, "* BYE")) return finish(Outcome::busy, false);
  switch (waiting_) {
    case Waiting::greeting:
      if (starts_with_ignoring_case(line, "* PREAUTH")) return finish(Outcome::no_starttls);  // RFC 9051 §7.1.4
      if (!starts_with_ignoring_case(line, "* OK")) return finish(Outcome::malformed);
      waiting_ = Waiting::capabilities;
      lines_ = 0;
      output_ += "a CAPABILITY\r\n";
      return;
    case Waiting::capabilities:
      if (starts_with_ignoring_case(line, "* CAPABILITY ")) offered_ = offered_ || has_word(line, "STARTTLS");
      if (line.starts_with("* ")) return;
      if (!starts_with_ignoring_case(line, "a OK"))
        return finish(starts_with_ignoring_case(line, "a ") ? Outcome::no_extensions : Outcome::malformed);
      if (!offered_) return finish(Outcome::no_starttls);
      return ask_for_tls();
    case Waiting::starttls:
      if (line.starts_with("* ")) return;
      if (starts_with_ignoring_case(line, "b OK")) {
        state_ = State::start_tls;
        return;
      }
      return finish(starts_with_ignoring_case(line, "b ") ? Outcome::starttls_refused : Outcome::malformed);
  }
}

void MailboxDialogue::handle_pop3(std::string_view line) {
  if (!listing_) reply_ = line;
  const bool positive = starts_with_ignoring_case(line, "+OK");
  const bool negative = starts_with_ignoring_case(line, "-ERR");
  if (!listing_ && !positive && !negative) return finish(Outcome::malformed);
  switch (waiting_) {
    case Waiting::greeting:
      if (negative) return finish(Outcome::busy);
      waiting_ = Waiting::capabilities;
      lines_ = 0;
      output_ += "CAPA\r\n";
      return;
    case Waiting::capabilities:
      if (!listing_) {
        if (negative) return finish(Outcome::no_extensions);
        listing_ = true;
        return;
      }
      offered_ = offered_ || has_word(line.substr(0, line.find(' ')), "STLS");
      if (line != ".") return;
      listing_ = false;
      if (!offered_) return finish(Outcome::no_starttls);
      return ask_for_tls();
    case Waiting::starttls:
      if (negative) return finish(Outcome::starttls_refused);
      state_ = State::start_tls;
      return;
  }
}

void MailboxDialogue::finish(Outcome outcome, bool quit) {
  state_ = State::finished;
  outcome_ = outcome;
  output_ = !quit ? "" : protocol_ == MailboxProtocol::imap ? "c LOGOUT\r\n" : "QUIT\r\n";
}

}  // namespace sm::smtp
