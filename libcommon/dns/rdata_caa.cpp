#include "dns/rdata_caa.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Caa::list(Fields& fields, Self& self) {
  fields.u8(self.flags);
  fields.tag(self.tag);
  fields.text(self.value);
}

template struct RdataCodec<Caa>;

}  // namespace sm::dns
