#include "dns/rdata_txt.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Txt::list(Fields& fields, Self& self) {
  fields.strings(self.strings);
}

std::string Txt::joined() const {
  std::string text;
  for (const std::string& piece : strings) text += piece;
  return text;
}

template struct RdataCodec<Txt>;

}  // namespace sm::dns
