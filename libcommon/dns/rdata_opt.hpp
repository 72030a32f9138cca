// OPT: what EDNS adds to a message (RFC 6891 §6.1), with extended errors (RFC 8914).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dns/type.hpp"

namespace sm::dns {

struct ExtendedError {
  std::uint16_t code = 0;
  std::string text;  // UTF-8 as the server means it; untrusted, may be empty

  bool operator==(const ExtendedError&) const = default;
};

struct Opt {
  static constexpr Type type = Type::opt;
  struct Option {
    std::uint16_t code = 0;
    std::string data;
    bool operator==(const Option&) const = default;
  };
  std::vector<Option> options;

  // In the order of the message; those too short to hold a code are left out.
  std::vector<ExtendedError> extended_errors() const;

  template <class Fields, class Self>
  static void list(Fields& fields, Self& self);
  bool operator==(const Opt&) const = default;
};

inline constexpr std::uint16_t option_extended_error = 15;

}  // namespace sm::dns
