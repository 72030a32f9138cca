#include "dns/rdata_soa.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Soa::list(Fields& fields, Self& self) {
  fields.name(self.primary);
  fields.name(self.mailbox);
  fields.u32(self.serial);
  fields.u32(self.refresh);
  fields.u32(self.retry);
  fields.u32(self.expire);
  fields.u32(self.minimum);
}

template struct RdataCodec<Soa>;

}  // namespace sm::dns
