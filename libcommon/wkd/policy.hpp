// The policy file (draft-koch-openpgp-webkey-service §4.5): it has to be there, and may be empty. One keyword a line,
// some with a value behind a colon; lines that begin with '#' are comments. It tells programs that upload keys by mail
// how the domain wants that; to finding a certificate it means nothing but that there is a directory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sm::wkd {

inline constexpr std::size_t max_policy = 64 * 1024;  // bytes

struct Policy {
  bool mailbox_only = false;                      // user IDs of submitted keys are to be the bare address
  bool dane_only = false;                         // no directory: certificates are in the DNS
  bool auth_submit = false;                       // whoever submits is known, and asked nothing
  std::optional<unsigned> protocol_version;       // of the draft
  std::optional<std::string> submission_address;  // for this domain alone

  // What is not understood; readers ignore it.
  struct Remark {
    std::size_t line = 0;  // from 1
    std::string text;      // lower case, no full stop; holds untrusted text
  };
  std::vector<Remark> remarks;  // at most max_remarks
};
inline constexpr std::size_t max_remarks = 20;

// Never fails.
Policy parse_policy(std::string_view text);

}  // namespace sm::wkd
