#include "dns/rdata_a.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void A::list(Fields& fields, Self& self) {
  fields.ipv4(self.address);
}

template struct RdataCodec<A>;

}  // namespace sm::dns
