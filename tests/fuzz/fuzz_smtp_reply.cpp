// Replies read whole and octet by octet are the same, and a dialogue ends however it is answered.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "smtp/dialogue.hpp"
#include "smtp/mailbox_dialogue.hpp"
#include "smtp/reply.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Every reply as text; "!" at the first fault.
std::string read(std::string_view bytes, std::size_t size) {
  sm::smtp::ReplyReader reader;
  std::string said;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    reader.push(bytes.substr(at, size));
    while (true) {
      const auto reply = reader.next();
      if (!reply) return said + "!";
      if (!*reply) break;
      require(!(*reply)->lines.empty() && (*reply)->lines.size() <= sm::smtp::max_reply_lines);
      said += (*reply)->text() + "\n";
    }
  }
  return said;
}

// A line at a time, so that no reply comes before its command.
template <class Dialogue>
void talk(Dialogue dialogue, std::string_view input) {
  std::string sent;
  for (std::string_view rest = input; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    const std::string_view piece = line.empty() ? rest : line;
    dialogue.receive(piece);
    sent += dialogue.take_output();
    rest.remove_prefix(piece.size());
  }
  dialogue.closed();
  require(dialogue.state() != sm::smtp::State::talking);
  require((dialogue.state() == sm::smtp::State::finished) == (dialogue.outcome() != sm::smtp::Outcome::none));
  require(sent.size() < 100);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size < 64 * 1024) require(read(input, 1) == read(input, size + 1));

  talk(sm::smtp::Dialogue("client.example"), input);
  talk(sm::smtp::MailboxDialogue(sm::smtp::MailboxProtocol::imap), input);
  talk(sm::smtp::MailboxDialogue(sm::smtp::MailboxProtocol::pop3), input);
  return 0;
}
