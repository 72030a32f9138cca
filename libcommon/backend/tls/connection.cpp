#include "backend/tls/connection.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>
#include <system_error>
#include <utility>

#include "backend/tls/x509.hpp"

namespace sm::tls {
namespace {

using net::ProbeOutcome;
using net::ProbeStep;

std::string words_of(int error) {
  return std::generic_category().message(error);
}

ProbeOutcome connect_outcome(int error) {
  switch (error) {
    case ECONNREFUSED:
      return ProbeOutcome::connect_refused;
    case ETIMEDOUT:
      return ProbeOutcome::timed_out;
    default:
      return ProbeOutcome::unreachable;
  }
}

ProbeOutcome outcome_of(smtp::Outcome outcome) {
  switch (outcome) {
    case smtp::Outcome::busy:
    case smtp::Outcome::starttls_unavailable:
      return ProbeOutcome::busy;
    case smtp::Outcome::refused:
      return ProbeOutcome::refused;
    case smtp::Outcome::no_extensions:
    case smtp::Outcome::no_starttls:
      return ProbeOutcome::no_starttls;
    case smtp::Outcome::starttls_refused:
      return ProbeOutcome::starttls_refused;
    case smtp::Outcome::plaintext_injected:
      return ProbeOutcome::plaintext_injected;
    case smtp::Outcome::closed:
      return ProbeOutcome::closed;
    case smtp::Outcome::malformed:
    case smtp::Outcome::none:
      break;
  }
  return ProbeOutcome::malformed;
}

// Of an error of the handshake.
ProbeOutcome handshake_outcome(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return ProbeOutcome::handshake_failed;
  switch (ERR_GET_REASON(error)) {
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return ProbeOutcome::tls_too_old;
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
    case SSL_R_TLSV1_ALERT_INSUFFICIENT_SECURITY:
    case SSL_R_WRONG_SIGNATURE_TYPE:
    case SSL_R_WRONG_CERTIFICATE_TYPE:
      return ProbeOutcome::no_common_parameters;
    default:
      return ProbeOutcome::handshake_failed;
  }
}

std::string reply_text(const smtp::Dialogue& dialogue) {
  return dialogue.reply() ? dialogue.reply()->text() : std::string();
}
std::string reply_text(const smtp::MailboxDialogue& dialogue) {
  return dialogue.reply();
}

}  // namespace

Connection::Connection(const ProbeSettings& settings, SSL_CTX& context, net::ProbeTarget target,
                       net::SmtpProbe::Callback done, Time now)
    : settings_(settings), context_(context), target_(std::move(target)), done_(std::move(done)) {
  deadline_ = now + settings_.connect_timeout;
  switch (target_.protocol) {
    case net::Protocol::smtp:
      dialogue_.emplace<smtp::Dialogue>(settings_.helo);
      break;
    case net::Protocol::imap:
      dialogue_.emplace<smtp::MailboxDialogue>(smtp::MailboxProtocol::imap);
      break;
    case net::Protocol::pop3:
      dialogue_.emplace<smtp::MailboxDialogue>(smtp::MailboxProtocol::pop3);
      break;
    case net::Protocol::tls:
      break;
  }
  connect();
}

void Connection::connect() {
  sockaddr_in6 v6{};
  sockaddr_in v4{};
  const bool is_v4 = target_.address.family == net::Address::Family::v4;
  if (is_v4) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(target_.port);
    std::memcpy(&v4.sin_addr, target_.address.octets.data(), 4);
  } else {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(target_.port);
    std::memcpy(&v6.sin6_addr, target_.address.octets.data(), 16);
  }
  socket_ = Descriptor(::socket(is_v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket_) return fail(ProbeOutcome::unreachable, words_of(errno));
  // Small pieces that wait for each other's acknowledgement cost 40 ms each.
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto* address = is_v4 ? reinterpret_cast<const sockaddr*>(&v4) : reinterpret_cast<const sockaddr*>(&v6);
  if (::connect(socket_.get(), address, is_v4 ? sizeof v4 : sizeof v6) != 0 && errno != EINPROGRESS)
    fail(connect_outcome(errno), words_of(errno));
}

short Connection::events() const {
  if (phase_ == Phase::connecting) return POLLOUT;
  return static_cast<short>(POLLIN | (output_.empty() ? 0 : POLLOUT));
}

void Connection::on_ready(short revents, Time now) {
  if (phase_ == Phase::connecting) {
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return fail(connect_outcome(error), words_of(error));
    return connected(now);
  }
  if ((revents & POLLOUT) != 0) send_out();
  if (phase_ != Phase::over && (revents & ~POLLOUT) != 0) receive(now);
}

void Connection::on_deadline(Time) {
  // What was to be seen has been seen.
  if (phase_ == Phase::leaving) return close();
  fail(ProbeOutcome::timed_out);
}

void Connection::connected(Time now) {
  if (std::holds_alternative<std::monostate>(dialogue_)) return begin_handshake(now);
  phase_ = Phase::talking;
  set_step(ProbeStep::greeting, now);
}

void Connection::set_step(ProbeStep step, Time now) {
  if (step == result_.step) return;
  result_.step = step;
  deadline_ = now + settings_.step_timeout;
}

void Connection::talk(std::string_view bytes, Time now) {
  std::visit(
      [&](auto& dialogue) {
        if constexpr (!std::is_same_v<std::decay_t<decltype(dialogue)>, std::monostate>) {
          if (bytes.empty())
            dialogue.closed();
          else
            dialogue.receive(bytes);
          constexpr std::array steps{ProbeStep::greeting, ProbeStep::capabilities, ProbeStep::starttls};
          set_step(steps.at(static_cast<std::size_t>(dialogue.step())), now);
          output_ += dialogue.take_output();
          if (dialogue.state() == smtp::State::start_tls) return begin_handshake(now);
          if (dialogue.state() == smtp::State::finished)
            return end_dialogue(dialogue.outcome(), reply_text(dialogue), now);
          send_out();
        }
      },
      dialogue_);
}

void Connection::end_dialogue(smtp::Outcome outcome, std::string detail, Time now) {
  result_.outcome = outcome_of(outcome);
  const bool said = outcome == smtp::Outcome::busy || outcome == smtp::Outcome::refused ||
                    outcome == smtp::Outcome::no_extensions || outcome == smtp::Outcome::starttls_refused ||
                    outcome == smtp::Outcome::starttls_unavailable;
  if (said) result_.detail = std::move(detail);
  if (output_.empty()) return close();
  leave({}, now);
}

void Connection::begin_handshake(Time now) {
  phase_ = Phase::handshaking;
  set_step(ProbeStep::handshake, now);
  ssl_.reset(SSL_new(&context_));
  BIO* const in = BIO_new(BIO_s_mem());
  BIO* const out = BIO_new(BIO_s_mem());
  if (!ssl_ || !in || !out) throw std::bad_alloc();
  SSL_set_bio(ssl_.get(), in, out);
  SSL_set_connect_state(ssl_.get());
  // RFC 7672 §8.1: the TLSA base domain, always.
  SSL_set_tlsext_host_name(ssl_.get(), target_.server_name.c_str());
  // What lies there already came in clear.
  char octet = 0;
  if (target_.protocol != net::Protocol::tls && ::recv(socket_.get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
    return fail(ProbeOutcome::plaintext_injected);
  handshake(now);
}

void Connection::handshake(Time now) {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  const int error = done == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), done);
  if (done != 1 && error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
    handshake_failed();
    return;
  }
  take_tls_output();
  send_out();
  if (done != 1 || phase_ == Phase::over) return;

  result_.outcome = ProbeOutcome::handshake;
  result_.step = ProbeStep::done;
  result_.tls_version = SSL_get_version(ssl_.get());
  result_.cipher = SSL_get_cipher_name(ssl_.get());
  STACK_OF(X509)* const chain = SSL_get_peer_cert_chain(ssl_.get());
  for (int i = 0; i < sk_X509_num(chain); ++i) result_.chain.push_back(to_der(*sk_X509_value(chain, i)));
  switch (target_.protocol) {
    case net::Protocol::smtp:
    case net::Protocol::pop3:
      return leave("QUIT\r\n", now);
    case net::Protocol::imap:
      return leave("c LOGOUT\r\n", now);
    case net::Protocol::tls:
      return leave({}, now);
  }
}

void Connection::handshake_failed() {
  const unsigned long error = ERR_peek_error();
  const char* const reason = ERR_reason_error_string(error);
  // The alert that says so.
  take_tls_output();
  send_out();
  if (phase_ != Phase::over) fail(handshake_outcome(error), reason ? reason : "");
  ERR_clear_error();
}

void Connection::leave(std::string_view words, Time now) {
  phase_ = Phase::leaving;
  deadline_ = now + settings_.quit_timeout;
  if (ssl_) {
    ERR_clear_error();
    if (!words.empty()) SSL_write(ssl_.get(), words.data(), static_cast<int>(words.size()));
    if (words.empty()) SSL_shutdown(ssl_.get());
    take_tls_output();
    ERR_clear_error();
  }
  send_out();
  if (ssl_ && words.empty()) close();
}

void Connection::fail(ProbeOutcome outcome, std::string detail) {
  result_.outcome = outcome;
  result_.detail = std::move(detail);
  close();
}

void Connection::close() {
  phase_ = Phase::over;
  ssl_.reset();
  socket_ = Descriptor();
  output_.clear();
}

void Connection::take_tls_output() {
  BIO* const out = SSL_get_wbio(ssl_.get());
  std::array<char, 4096> piece;
  for (int size = 0; (size = BIO_read(out, piece.data(), static_cast<int>(piece.size()))) > 0;)
    output_.append(piece.data(), static_cast<std::size_t>(size));
}

void Connection::send_out() {
  while (!output_.empty()) {
    const ssize_t sent = ::send(socket_.get(), output_.data(), output_.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // A connection that has ended says so to whoever reads from it, after what came before.
    if (sent < 0) return errno == EAGAIN ? void() : output_.clear();
    output_.erase(0, static_cast<std::size_t>(sent));
  }
}

void Connection::receive(Time now) {
  std::array<char, 16 * 1024> piece;
  const ssize_t size = ::recv(socket_.get(), piece.data(), piece.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return on_end(now);
  on_bytes({piece.data(), static_cast<std::size_t>(size)}, now);
}

void Connection::on_bytes(std::string_view bytes, Time now) {
  switch (phase_) {
    case Phase::talking:
      return talk(bytes, now);
    case Phase::handshaking:
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
      return handshake(now);
    case Phase::leaving: {
      if (!ssl_) return close();
      // Session tickets come first; then the answer to QUIT.
      BIO_write(SSL_get_rbio(ssl_.get()), bytes.data(), static_cast<int>(bytes.size()));
      char octet = 0;
      ERR_clear_error();
      const int read = SSL_read(ssl_.get(), &octet, 1);
      const bool waits = read <= 0 && SSL_get_error(ssl_.get(), read) == SSL_ERROR_WANT_READ;
      if (!waits) {
        SSL_shutdown(ssl_.get());
        take_tls_output();
        send_out();
        close();
      }
      ERR_clear_error();
      return;
    }
    case Phase::connecting:
    case Phase::over:
      return;
  }
}

void Connection::on_end(Time now) {
  switch (phase_) {
    case Phase::talking:
      return talk({}, now);
    case Phase::handshaking:
      return fail(ProbeOutcome::closed);
    default:
      return close();
  }
}

}  // namespace sm::tls
