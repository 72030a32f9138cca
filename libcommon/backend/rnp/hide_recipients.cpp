#include "backend/rnp/hide_recipients.hpp"

#include "crypto/packets.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t key_id_offset = 1;  // after the version
constexpr std::size_t key_id_size = 8;

Unexpected unknown_kind() {
  return fail(ErrorKind::bug, "crypto.encrypt", "the library made a recipient's packet of an unknown kind");
}

}  // namespace

Result<void> HidingSink::write(std::string_view bytes) {
  if (passing_) return to_.write(bytes);
  held_ += bytes;
  while (!held_.empty() && !passing_) {
    if (first_tag(held_) != packet_pkesk) {
      passing_ = true;
      break;
    }
    PacketHeader header;
    if (read_header(held_, header) == PacketHeaderState::incomplete) return {};
    const std::size_t size = header.size + static_cast<std::size_t>(header.length);
    if (header.kind != PacketHeader::Length::definite || header.length < key_id_offset + key_id_size)
      return unknown_kind();
    if (held_.size() < size) return {};
    if (held_[header.size] != 3) return unknown_kind();
    const std::size_t at = header.size + key_id_offset;
    if (hidden_.contains(hex_upper(std::string_view(held_).substr(at, key_id_size))))
      held_.replace(at, key_id_size, key_id_size, '\0');
    SM_TRY(to_.write(std::string_view(held_).substr(0, size)));
    held_.erase(0, size);
  }
  if (held_.empty()) return {};
  const std::string rest = std::move(held_);
  held_.clear();
  return to_.write(rest);
}

}  // namespace sm::rnp
