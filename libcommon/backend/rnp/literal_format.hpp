// RNP 0.16 refuses a message whose literal data packet is of format 'm', MIME, which drafts of RFC 4880bis had and mail
// programs write. Such a message is decrypted here (RFC 9580 §5.13.1, §5.6), and its packets given to RNP to be
// verified with that one octet as 'b': no signature of version 3 or 4 covers it (§5.2.4).
#pragma once

#include <memory>

#include "backend/rnp/message.hpp"
#include "backend/rnp/session_key.hpp"

namespace sm::rnp {

class MimeLiteral final : public Source {
 public:
  // `message` is open, its recipients are set, and nothing is read yet; it must outlive this.
  MimeLiteral(Message& message, SessionKey key);
  // Of a message that is not encrypted; its packets are `packets`, which must outlive this.
  explicit MimeLiteral(Source& packets);
  ~MimeLiteral() override;
  // Signatures and one literal data packet, decompressed. crypto.damaged: anything else is in there, or more than
  // limits::packet_nesting compressed packets, one inside the other; the end comes only where the modification
  // detection code was right.
  Result<std::size_t> read(std::span<char> buffer) override;
  // After the library is done: crypto.damaged unless all was read, and `written` is the length of the literal's text.
  Result<void> expect_end(std::uint64_t written);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sm::rnp
