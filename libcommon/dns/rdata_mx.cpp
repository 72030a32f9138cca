#include "dns/rdata_mx.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Mx::list(Fields& fields, Self& self) {
  fields.u16(self.preference);
  fields.name(self.exchange);
}

template struct RdataCodec<Mx>;

}  // namespace sm::dns
