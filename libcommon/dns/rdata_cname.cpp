#include "dns/rdata_cname.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Cname::list(Fields& fields, Self& self) {
  fields.name(self.target);
}

template struct RdataCodec<Cname>;

}  // namespace sm::dns
