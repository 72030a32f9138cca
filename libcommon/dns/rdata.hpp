// Rdata: the data of a record, of each type that we know. To add a type: a pair rdata_<type>.{hpp,cpp} with its field
// list, its name in the variant here and in type.cpp, a golden packet in tests/unit/dns, a seed for the fuzzer.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"
#include "dns/rdata_a.hpp"
#include "dns/rdata_aaaa.hpp"
#include "dns/rdata_caa.hpp"
#include "dns/rdata_cname.hpp"
#include "dns/rdata_mx.hpp"
#include "dns/rdata_ns.hpp"
#include "dns/rdata_opt.hpp"
#include "dns/rdata_rrsig.hpp"
#include "dns/rdata_soa.hpp"
#include "dns/rdata_tlsa.hpp"
#include "dns/rdata_txt.hpp"
#include "dns/type.hpp"
#include "dns/zone_token.hpp"

namespace sm::dns {

inline constexpr std::size_t max_rdata = 65535;  // octets

// Data of a type that we don't know, or that is not what its type demands: the octets as they came.
struct Opaque {
  std::string bytes;
  bool operator==(const Opaque&) const = default;
};

using Rdata = std::variant<Opaque, A, Ns, Cname, Soa, Mx, Txt, Aaaa, Opt, Rrsig, Tlsa, Caa>;

// The rdata at `offset` of a message, `size` octets that must lie in it; names in it may point to earlier parts of the
// message (RFC 1035 §4.1.4). Malformed: Opaque.
Rdata read_rdata(Type type, std::string_view message, std::size_t offset, std::size_t size);
// Rdata by itself, without compression.
Rdata read_rdata(Type type, std::string_view bytes);
// Wire form without compression. A value that has none (a TXT piece of 256 octets, more than max_rdata):
// dns.bad-rdata (data).
Result<std::string> write_rdata(const Rdata& data);

// Presentation form; RFC 3597 §5's "\# 4 0a000001" where the type has none, or not for these values.
std::string text_of(const Rdata& data);
// From presentation form, the own one of `type` or that of RFC 3597; relative names are completed with `origin`.
// Errors: dns.zone-syntax (data).
Result<Rdata> parse_rdata(Type type, std::string_view text, const Name& origin = {});
Result<Rdata> parse_rdata(Type type, std::span<const Token> tokens, const Name& origin);

}  // namespace sm::dns
