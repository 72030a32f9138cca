#include <doctest/doctest.h>

#include <initializer_list>

#include "smtp/dialogue.hpp"

using namespace sm::smtp;

namespace {

// After the server's words, each sent when it is its turn.
Dialogue after(std::initializer_list<std::string_view> words) {
  Dialogue dialogue("client.example");
  for (const std::string_view word : words) {
    dialogue.receive(word);
    if (dialogue.state() == State::talking) dialogue.take_output();
  }
  return dialogue;
}

constexpr std::string_view greeting = "220 mail.example.org ESMTP\r\n";
constexpr std::string_view ehlo = "250-mail.example.org\r\n250-starttls\r\n250 SIZE 1000\r\n";

}  // namespace

TEST_CASE("dialogue/way: EHLO, STARTTLS, then TLS") {
  Dialogue dialogue("client.example");
  CHECK(dialogue.take_output().empty());
  dialogue.receive("220-mail.example.org\r\n220 ES");
  CHECK(dialogue.take_output().empty());
  dialogue.receive("MTP\r\n");
  CHECK(dialogue.take_output() == "EHLO client.example\r\n");
  dialogue.receive(ehlo);
  CHECK(dialogue.take_output() == "STARTTLS\r\n");
  dialogue.receive("220 2.0.0 Ready to start TLS\r\n");
  CHECK(dialogue.state() == State::start_tls);
  CHECK(dialogue.outcome() == Outcome::none);
  CHECK(dialogue.take_output().empty());
}

TEST_CASE("dialogue/injected: nothing in clear comes behind the reply to STARTTLS") {
  for (const std::string_view last : {"220 go\r\n250 x\r\n", "220 go\r\n2", "220 go\r\n\r\n"}) {
    Dialogue dialogue = after({greeting, ehlo, last});
    CHECK(dialogue.state() == State::finished);
    CHECK(dialogue.outcome() == Outcome::plaintext_injected);
    CHECK(dialogue.take_output().empty());
  }
  // Nor in a segment of its own, before our first octet of TLS.
  const Dialogue dialogue = after({greeting, ehlo, "220 go\r\n", "250 x\r\n"});
  CHECK(dialogue.outcome() == Outcome::plaintext_injected);
  CHECK_FALSE(is_untested(Outcome::plaintext_injected));
}

TEST_CASE("dialogue/refusals: what each means, and whether anything was tested") {
  const auto check = [](std::initializer_list<std::string_view> words, Outcome outcome, bool untested,
                        bool quit = true) {
    Dialogue dialogue = after(words);
    CAPTURE(name_of(outcome));
    CHECK(dialogue.state() == State::finished);
    CHECK(name_of(dialogue.outcome()) == name_of(outcome));
    CHECK(is_untested(dialogue.outcome()) == untested);
    CHECK(dialogue.take_output() == (quit ? "QUIT\r\n" : ""));
    // Nothing more is listened to.
    dialogue.receive(greeting);
    CHECK(dialogue.outcome() == outcome);
  };
  check({"421 4.7.0 too many connections\r\n"}, Outcome::busy, true, false);
  check({"450 4.7.1 come back later\r\n"}, Outcome::busy, true);
  check({"554 5.7.1 go away\r\n"}, Outcome::refused, true);
  check({greeting, "421 bye\r\n"}, Outcome::busy, true, false);
  check({greeting, "451 later\r\n"}, Outcome::busy, true);
  check({greeting, "550 5.7.1 bad name\r\n"}, Outcome::refused, true);
  check({greeting, "502 5.5.1 no such command\r\n"}, Outcome::no_extensions, false);
  check({greeting, "250-mail.example.org\r\n250 STARTTLSX\r\n"}, Outcome::no_starttls, false);
  check({greeting, "250 STARTTLS\r\n"}, Outcome::no_starttls, false);
  check({greeting, ehlo, "454 4.7.0 not now\r\n"}, Outcome::starttls_unavailable, true);
  check({greeting, ehlo, "421 bye\r\n"}, Outcome::busy, true, false);
  check({greeting, ehlo, "502 no\r\n"}, Outcome::starttls_refused, false);
  check({greeting, ehlo, "250 yes\r\n"}, Outcome::starttls_refused, false);
  check({"SSH-2.0-OpenSSH_9.2\r\n"}, Outcome::malformed, true);
  check({"220 hello\r\n250 STARTTLS\r\n"}, Outcome::malformed, true);
}

TEST_CASE("dialogue/closed: at any moment before TLS") {
  for (const auto& words : {std::initializer_list<std::string_view>{}, {greeting}, {greeting, ehlo}}) {
    Dialogue dialogue = after(words);
    dialogue.closed();
    CHECK(dialogue.outcome() == Outcome::closed);
    CHECK(is_untested(dialogue.outcome()));
    CHECK(dialogue.take_output().empty());
  }
  Dialogue ready = after({greeting, ehlo, "220 go\r\n"});
  ready.closed();
  CHECK(ready.state() == State::start_tls);
}
