// The TXT record that says that a domain has an MTA-STS policy (RFC 8461 §3.1).
//
//   _mta-sts.example.org. TXT "v=STSv1; id=20260831085700Z;"
//
// It holds no more than an id: whoever has a policy of that id in his cache need not fetch it again. A domain publishes
// the new policy first and then a new id (§8.1). What is no record of this kind may stand at the same name, and counts
// as absent; two that are of this kind, or one that can't be read, are as good as none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sm::mtasts {

inline constexpr std::size_t max_id = 32;          // letters and digits (§3.1)
inline constexpr std::size_t max_record = 65'535;  // octets: a TXT record has no more

struct Record {
  std::string id;  // 1 to 32 letters and digits
};

// Whether it begins "v=STSv1;": only such records count (§3.1). White space before the semicolon (erratum 6285) is no
// beginning.
bool is_record(std::string_view text);

// `text`: the strings of one TXT record, joined. Of a field that is there twice the first counts; fields that are not
// known do not. Errors: mtasts.record-version, mtasts.record-syntax, mtasts.record-id (data).
Result<Record> parse_record(std::string_view text);

// What the TXT records at _mta-sts.<domain> say together, in any order. nullopt: there is none. Errors: those of
// parse_record(), mtasts.records (data): more than one.
Result<std::optional<Record>> pick_record(const std::vector<std::string>& texts);

}  // namespace sm::mtasts
