#include "dns/rdata_rrsig.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Rrsig::list(Fields& fields, Self& self) {
  fields.type(self.covered);
  fields.u8(self.algorithm);
  fields.u8(self.labels);
  fields.u32(self.original_ttl);
  fields.time(self.expiration);
  fields.time(self.inception);
  fields.u16(self.key_tag);
  fields.name(self.signer);
  fields.base64(self.signature);
}

std::int64_t seconds_until(std::uint32_t time, std::int64_t now) {
  return static_cast<std::int32_t>(time - static_cast<std::uint32_t>(now));
}

template struct RdataCodec<Rrsig>;

}  // namespace sm::dns
