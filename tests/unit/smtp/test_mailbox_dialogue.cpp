#include <doctest/doctest.h>

#include <initializer_list>

#include "smtp/mailbox_dialogue.hpp"

using namespace sm::smtp;

namespace {

MailboxDialogue after(MailboxProtocol protocol, std::initializer_list<std::string_view> words) {
  MailboxDialogue dialogue(protocol);
  for (const std::string_view word : words) dialogue.receive(word);
  return dialogue;
}

void ends(MailboxProtocol protocol, std::initializer_list<std::string_view> words, Outcome outcome) {
  const MailboxDialogue dialogue = after(protocol, words);
  CHECK(dialogue.state() == State::finished);
  CHECK(name_of(dialogue.outcome()) == name_of(outcome));
}

}  // namespace

TEST_CASE("mailbox dialogue/imap: CAPABILITY, STARTTLS, then TLS; lines without a tag may come between") {
  MailboxDialogue dialogue(MailboxProtocol::imap);
  dialogue.receive("* OK [CAPABILITY IMAP4rev1");
  CHECK(dialogue.take_output().empty());
  dialogue.receive("] ready\r\n");
  CHECK(dialogue.take_output() == "a CAPABILITY\r\n");
  dialogue.receive("* CAPABILITY IMAP4rev1 StartTLS\r\n* OK still here\r\na OK done\r\n");
  CHECK(dialogue.take_output() == "b STARTTLS\r\n");
  dialogue.receive("b OK go\r\n");
  CHECK(dialogue.state() == State::start_tls);
}

TEST_CASE("mailbox dialogue/pop3: CAPA, STLS, then TLS") {
  MailboxDialogue dialogue(MailboxProtocol::pop3);
  dialogue.receive("+OK ready\r\n");
  CHECK(dialogue.take_output() == "CAPA\r\n");
  dialogue.receive("+OK\r\nUIDL\r\nstls\r\n.\r\n");
  CHECK(dialogue.take_output() == "STLS\r\n");
  dialogue.receive("+OK begin\r\n");
  CHECK(dialogue.state() == State::start_tls);
}

TEST_CASE("mailbox dialogue/ends: what each means") {
  using enum MailboxProtocol;
  ends(imap, {"* BYE full\r\n"}, Outcome::busy);
  ends(imap, {"* PREAUTH hello\r\n"}, Outcome::no_starttls);
  ends(imap, {"220 mx ESMTP\r\n"}, Outcome::malformed);
  ends(imap, {"* OK\r\n", "* CAPABILITY IMAP4rev1 XSTARTTLS\r\na OK\r\n"}, Outcome::no_starttls);
  ends(imap, {"* OK\r\n", "a BAD what\r\n"}, Outcome::no_extensions);
  ends(imap, {"* OK\r\n", "* CAPABILITY STARTTLS\r\na OK\r\n", "b NO\r\n"}, Outcome::starttls_refused);
  ends(imap, {"* OK\r\n", "* CAPABILITY STARTTLS\r\na OK\r\n", "b OK\r\n* PREAUTH x\r\n"}, Outcome::plaintext_injected);
  ends(imap, {"* OK\r\n", "* CAPABILITY STARTTLS\r\na OK\r\n", "b OK\r\n", "x"}, Outcome::plaintext_injected);
  ends(pop3, {"-ERR later\r\n"}, Outcome::busy);
  ends(pop3, {"* OK\r\n"}, Outcome::malformed);
  ends(pop3, {"+OK\r\n", "-ERR what\r\n"}, Outcome::no_extensions);
  ends(pop3, {"+OK\r\n", "+OK\r\nUIDL\r\n.\r\n"}, Outcome::no_starttls);
  ends(pop3, {"+OK\r\n", "+OK\r\nSTLS\r\n.\r\n", "-ERR\r\n"}, Outcome::starttls_refused);
  ends(pop3, {"+OK\r\n", "+OK\r\nSTLS\r\n.\r\n", "+OK\r\n+OK\r\n"}, Outcome::plaintext_injected);
  ends(imap, {std::string(5000, 'x')}, Outcome::malformed);
  std::string many = "* OK\r\n";
  for (int i = 0; i < 300; ++i) many += "* x\r\n";
  ends(imap, {many}, Outcome::malformed);
  MailboxDialogue closed(pop3);
  closed.closed();
  CHECK(closed.outcome() == Outcome::closed);
}
