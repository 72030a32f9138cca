#include "dns/rdata_tlsa.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Tlsa::list(Fields& fields, Self& self) {
  fields.u8(self.usage);
  fields.u8(self.selector);
  fields.u8(self.matching_type);
  fields.hex(self.data);
}

template struct RdataCodec<Tlsa>;

}  // namespace sm::dns
