// Messages of the DNS (RFC 1035 §4, EDNS of RFC 6891, AD and CD of RFC 4035 §3.2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dns/name.hpp"
#include "dns/rdata_opt.hpp"
#include "dns/record.hpp"
#include "dns/type.hpp"

namespace sm::dns {

// A message holds at most this many octets, hence at most 5,957 records, each with names of at most max_name.
inline constexpr std::size_t max_message = 65535;
inline constexpr std::uint16_t default_udp_size = 1232;  // octets; passes everywhere without fragments (RFC 9715 §3.1)

struct Question {
  Name name;
  Type type{};
  std::uint16_t question_class = class_in;

  bool operator==(const Question&) const = default;
};

struct Edns {
  std::uint16_t udp_size = default_udp_size;
  std::uint8_t version = 0;
  bool dnssec_ok = false;  // DO: RRSIGs are wanted
  Opt options;

  bool operator==(const Edns&) const = default;
};

struct Message {
  std::uint16_t id = 0;
  bool response = false;  // QR
  std::uint8_t opcode = 0;
  bool authoritative = false;
  bool truncated = false;
  bool recursion_desired = false;
  bool recursion_available = false;
  bool authentic = false;          // AD
  bool checking_disabled = false;  // CD
  Rcode rcode = Rcode::noerror;    // with OPT's upper bits
  std::vector<Question> questions;
  std::vector<Record> answers;
  std::vector<Record> authority;
  std::vector<Record> additional;  // without OPT
  std::optional<Edns> edns;

  bool operator==(const Message&) const = default;
};

// Errors: dns.bad-message (data): not whole, over a limit, octets behind the last record, a second OPT, an OPT that is
// malformed or not the root's. Records whose data is malformed are no error: see read_rdata(). A TTL above 2^31-1 reads
// as 0 (RFC 2181 §8).
Result<Message> read_message(std::string_view bytes);

// Without compression. Errors: dns.bad-rdata, dns.message-too-long (data).
Result<std::string> write_message(const Message& message);

}  // namespace sm::dns
