#include "backend/rnp/hide_recipients.hpp"

#include "crypto/packets.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

constexpr std::size_t key_id_offset = 1;  // after the version
constexpr std::size_t key_id_size = 8;

// The sizes of the header and of the body of the packet that `bytes` begins with (RFC 9580 §4.2); both 0 if more is
// needed. Partial lengths are none of a PKESK's.
struct Sizes {
  std::size_t header = 0;
  std::size_t body = 0;
};

Sizes sizes_of(std::string_view bytes) {
  const auto octet = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 2) return {};
  if ((octet(0) & 0x40) == 0) {
    const std::size_t length = std::size_t{1} << (octet(0) & 3);
    if (bytes.size() < 1 + length) return {};
    std::size_t body = 0;
    for (std::size_t i = 0; i < length; ++i) body = body << 8 | octet(1 + i);
    return {1 + length, body};
  }
  if (octet(1) < 192) return {2, octet(1)};
  if (bytes.size() < 3) return {};
  return {3, ((octet(1) - 192) << 8) + octet(2) + 192};
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
    const Sizes sizes = sizes_of(held_);
    if (sizes.header == 0 || held_.size() < sizes.header + sizes.body) return {};
    if (sizes.body < key_id_offset + key_id_size || held_[sizes.header] != 3)
      return fail(ErrorKind::bug, "crypto.encrypt", "the library made a recipient's packet of an unknown kind");
    const std::size_t at = sizes.header + key_id_offset;
    if (hidden_.contains(hex_upper(std::string_view(held_).substr(at, key_id_size))))
      held_.replace(at, key_id_size, key_id_size, '\0');
    SM_TRY(to_.write(std::string_view(held_).substr(0, sizes.header + sizes.body)));
    held_.erase(0, sizes.header + sizes.body);
  }
  if (held_.empty()) return {};
  const std::string rest = std::move(held_);
  held_.clear();
  return to_.write(rest);
}

}  // namespace sm::rnp
