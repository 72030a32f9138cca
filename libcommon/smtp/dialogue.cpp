#include "smtp/dialogue.hpp"

#include <algorithm>
#include <utility>

#include "text/ascii.hpp"

namespace sm::smtp {
namespace {

bool offers_starttls(const Reply& ehlo) {
  // The first line is the greeting (RFC 5321 §4.1.1.1). A keyword ends at a blank; STARTTLS has no parameters.
  return std::any_of(ehlo.lines.begin() + 1, ehlo.lines.end(), [](std::string_view line) {
    return equal_ignoring_case(line.substr(0, line.find(' ')), "STARTTLS");
  });
}

// The codes of a server that knows no EHLO (RFC 5321 §4.1.4, §4.2.4).
bool not_understood(int code) {
  return code == 500 || code == 501 || code == 502 || code == 504;
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::none:
      return "none";
    case Outcome::busy:
      return "busy";
    case Outcome::refused:
      return "refused";
    case Outcome::no_extensions:
      return "no-extensions";
    case Outcome::no_starttls:
      return "no-starttls";
    case Outcome::starttls_unavailable:
      return "starttls-unavailable";
    case Outcome::starttls_refused:
      return "starttls-refused";
    case Outcome::plaintext_injected:
      return "plaintext-injected";
    case Outcome::malformed:
      return "malformed";
    case Outcome::closed:
      return "closed";
  }
  return "";
}

bool is_untested(Outcome outcome) {
  switch (outcome) {
    case Outcome::busy:
    case Outcome::refused:
    case Outcome::starttls_unavailable:
    case Outcome::malformed:
    case Outcome::closed:
      return true;
    default:
      return false;
  }
}

void Dialogue::receive(std::string_view bytes) {
  if (bytes.empty() || state_ == State::finished) return;
  // The client speaks first in TLS: whatever comes before that is not from its server.
  if (state_ == State::start_tls) return finish(Outcome::plaintext_injected, false);
  reader_.push(bytes);
  while (state_ == State::talking) {
    auto reply = reader_.next();
    if (!reply) return finish(Outcome::malformed);
    if (!*reply) return;
    handle(std::move(**reply));
    // A reply to what has not been sent yet.
    if (state_ == State::talking && reader_.pending() != 0) return finish(Outcome::malformed);
  }
  if (state_ == State::start_tls && reader_.pending() != 0) finish(Outcome::plaintext_injected, false);
}

void Dialogue::closed() {
  if (state_ == State::talking) finish(Outcome::closed, false);
}

std::string Dialogue::take_output() {
  return std::exchange(output_, {});
}

void Dialogue::handle(Reply reply) {
  reply_ = std::move(reply);
  const int code = reply_->code;
  if (code == 421) return finish(Outcome::busy, false);  // and the server closes (RFC 5321 §3.8)
  switch (waiting_) {
    case Waiting::greeting:
      if (!reply_->is_success()) return finish(reply_->is_temporary() ? Outcome::busy : Outcome::refused);
      waiting_ = Waiting::ehlo;
      output_.append("EHLO ").append(helo_).append("\r\n");
      return;
    case Waiting::ehlo:
      if (reply_->is_temporary()) return finish(Outcome::busy);
      if (not_understood(code)) return finish(Outcome::no_extensions);
      if (!reply_->is_success()) return finish(Outcome::refused);
      if (!offers_starttls(*reply_)) return finish(Outcome::no_starttls);
      waiting_ = Waiting::starttls;
      output_ += "STARTTLS\r\n";
      return;
    case Waiting::starttls:
      if (reply_->is_temporary()) return finish(Outcome::starttls_unavailable);
      if (code != 220) return finish(Outcome::starttls_refused);
      state_ = State::start_tls;
      return;
  }
}

void Dialogue::finish(Outcome outcome, bool quit) {
  state_ = State::finished;
  outcome_ = outcome;
  output_ = quit ? "QUIT\r\n" : "";
}

}  // namespace sm::smtp
