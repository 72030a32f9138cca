// The four directions of one type's rdata. Each rdata_<type>.cpp holds `template struct RdataCodec<…>;`, so that only
// it sees how they are made (fields.hpp).
#pragma once

#include <span>
#include <string>

#include "dns/name.hpp"
#include "dns/wire.hpp"
#include "dns/zone_token.hpp"

namespace sm::dns {

template <class T>
struct RdataCodec {
  // All that is left in `reader`, no more and no less; false: malformed.
  static bool read(WireReader& reader, T& value);
  // A value that has no wire form: writer.failed().
  static void write(const T& value, WireWriter& writer);
  // Empty: these values have no presentation form.
  static std::string print(const T& value);
  // All of `tokens`; false: they are not of this type's form.
  static bool parse(std::span<const Token> tokens, const Name& origin, T& value);
};

}  // namespace sm::dns
