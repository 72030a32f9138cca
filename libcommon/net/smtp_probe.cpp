#include "net/smtp_probe.hpp"

namespace sm::net {

std::string_view name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::smtp:
      return "smtp";
    case Protocol::imap:
      return "imap";
    case Protocol::pop3:
      return "pop3";
    case Protocol::tls:
      return "tls";
  }
  return "";
}

std::string_view name_of(KeyType key) {
  switch (key) {
    case KeyType::any:
      return "any";
    case KeyType::ecdsa:
      return "ecdsa";
    case KeyType::rsa:
      return "rsa";
  }
  return "";
}

std::string_view name_of(ProbeStep step) {
  switch (step) {
    case ProbeStep::connect:
      return "connect";
    case ProbeStep::greeting:
      return "greeting";
    case ProbeStep::capabilities:
      return "capabilities";
    case ProbeStep::starttls:
      return "starttls";
    case ProbeStep::handshake:
      return "handshake";
    case ProbeStep::done:
      return "done";
  }
  return "";
}

std::string_view name_of(ProbeOutcome outcome) {
  switch (outcome) {
    case ProbeOutcome::handshake:
      return "handshake";
    case ProbeOutcome::no_starttls:
      return "no-starttls";
    case ProbeOutcome::starttls_refused:
      return "starttls-refused";
    case ProbeOutcome::plaintext_injected:
      return "plaintext-injected";
    case ProbeOutcome::tls_too_old:
      return "tls-too-old";
    case ProbeOutcome::no_common_parameters:
      return "no-common-parameters";
    case ProbeOutcome::unreachable:
      return "unreachable";
    case ProbeOutcome::connect_refused:
      return "connect-refused";
    case ProbeOutcome::timed_out:
      return "timed-out";
    case ProbeOutcome::busy:
      return "busy";
    case ProbeOutcome::refused:
      return "refused";
    case ProbeOutcome::malformed:
      return "malformed";
    case ProbeOutcome::closed:
      return "closed";
    case ProbeOutcome::handshake_failed:
      return "handshake-failed";
  }
  return "";
}

bool is_untested(ProbeOutcome outcome) {
  switch (outcome) {
    case ProbeOutcome::handshake:
    case ProbeOutcome::no_starttls:
    case ProbeOutcome::starttls_refused:
    case ProbeOutcome::plaintext_injected:
    case ProbeOutcome::tls_too_old:
      return false;
    default:
      return true;
  }
}

Protocol protocol_of(std::uint16_t port) {
  switch (port) {
    case 465:
    case 993:
    case 995:
      return Protocol::tls;
    case 143:
      return Protocol::imap;
    case 110:
      return Protocol::pop3;
    default:
      return Protocol::smtp;
  }
}

}  // namespace sm::net
