// The outside of an encrypted message (RFC 9580 §10.3: session key packets, then one container), which we read
// ourselves: to choose the order in which keys are tried, to name them where the message does not, and to see its end,
// which the library does not tell.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "backend/rnp/framing.hpp"
#include "io/stream.hpp"

namespace sm::rnp {

// The one text of crypto.damaged, whatever the reason: whoever sends us messages learns nothing from it. Kind data.
Unexpected damaged();
// The same text with another code.
Unexpected damaged_as(std::string_view code);

// Whether `out` bytes are too many: absolutely, or for the `in` that they were made of.
bool is_too_much(std::uint64_t out, std::uint64_t in, std::uint64_t limit);

// A session key packet for a public key, version 3 (RFC 9580 §5.1.1).
struct RecipientPacket {
  std::string key_id;  // 16 digits, zeros for a hidden recipient
  int algorithm = 0;
  std::string body;
};

class Message final : public Source {
 public:
  explicit Message(Source& from) : from_(from) {}

  // Reads up to the container's first byte. crypto.damaged: it is no encrypted message, or one without integrity
  // protection; crypto.unsupported (data): a container of another version.
  Result<void> open();
  const std::vector<RecipientPacket>& recipients() const { return recipients_; }
  // Whether it can be opened with a password.
  bool takes_password() const { return !password_packets_.empty(); }

  // To be called once: what read() gives first. Copies of recipients() in the order to be tried, each under the key ID
  // that is to try it; the password packets and the container follow.
  void set_recipients(const std::vector<RecipientPacket>& order);
  // The chosen packets and the container, up to its end. crypto.damaged if it ends early.
  Result<std::size_t> read(std::span<char> buffer) override;
  // Bytes taken from the source.
  std::uint64_t consumed() const { return consumed_; }
  // After the library is done: crypto.damaged if anything is left, of the container or behind it.
  Result<void> expect_end();

 private:
  // Makes at least `size` bytes available in held_; false at the end of the source.
  Result<bool> hold(std::size_t size);
  Result<std::size_t> take(std::span<char> buffer);

  Source& from_;
  std::string held_;   // read but not given yet
  std::string given_;  // to be given before held_
  std::size_t given_at_ = 0;
  PacketHeader part_;            // of the container
  std::uint64_t part_left_ = 0;  // bytes of its present part that were not given yet
  std::uint64_t consumed_ = 0;
  std::vector<RecipientPacket> recipients_;
  std::string password_packets_;
};

}  // namespace sm::rnp
