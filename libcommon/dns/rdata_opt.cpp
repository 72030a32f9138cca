#include "dns/rdata_opt.hpp"

#include "dns/fields.hpp"

namespace sm::dns {

template <class Fields, class Self>
void Opt::list(Fields& fields, Self& self) {
  fields.options(self.options);
}

std::vector<ExtendedError> Opt::extended_errors() const {
  std::vector<ExtendedError> errors;
  for (const Option& option : options) {
    if (option.code != option_extended_error || option.data.size() < 2) continue;
    WireReader reader(option.data);
    const std::uint16_t code = reader.u16();
    errors.push_back({code, std::string(reader.rest())});
  }
  return errors;
}

template struct RdataCodec<Opt>;

}  // namespace sm::dns
