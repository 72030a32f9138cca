#include "dns/rdata_ns.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Ns::list(Fields& fields, Self& self) {
  fields.name(self.server);
}

template struct RdataCodec<Ns>;

}  // namespace sm::dns
