#include "dns/rdata_aaaa.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Aaaa::list(Fields& fields, Self& self) {
  fields.ipv6(self.address);
}

template struct RdataCodec<Aaaa>;

}  // namespace sm::dns
