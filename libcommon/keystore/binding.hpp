// A binding: to which certificate an address belongs, as it was first seen or as the user accepted it (trust on first
// use).
//
// Its file is bindings/<z-base-32 of SHA-256 of the address>, text, one "key: value" a line, in this order, each line
// ended by LF:
//
//   smtools-binding: 1
//   address: alice@example.org
//   fingerprint: 0123456789ABCDEF0123456789ABCDEF01234567
//   source: wkd
//   first-seen: 2026-11-21T22:30:00Z
//   conflict: 89ABCDEF0123456789ABCDEF0123456789ABCDEF vks 2026-12-01T08:00:00Z
//
// with any number of conflicts, none twice and none the bound certificate itself. It is read strictly: what can't be
// understood could hide a conflict, and a binding that can't be read is never taken for none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/key.hpp"

namespace sm {

// Where a binding came from; the name stands in its file.
enum class BindingSource { generate, import, uid_add, wkd, vks, accept };

struct BindingConflict {
  Fingerprint fingerprint;
  BindingSource source = BindingSource::wkd;
  std::int64_t seen = 0;  // seconds since the epoch
  bool operator==(const BindingConflict&) const = default;
};

struct Binding {
  std::string address;  // normalised: ASCII lower case
  Fingerprint fingerprint;
  BindingSource source = BindingSource::import;
  std::int64_t first_seen = 0;             // seconds since the epoch
  std::vector<BindingConflict> conflicts;  // what search or refresh found since, until accept
  bool operator==(const Binding&) const = default;
};

// "generate", "import", "uid-add", "wkd", "vks", "accept".
std::string_view binding_source_name(BindingSource source);

// 40 upper-case hexadecimal digits.
bool is_fingerprint(std::string_view text);

// The name of its file: 52 characters.
std::string binding_file_name(std::string_view address);
std::string format_binding(const Binding& binding);
// nullopt: not exactly of the form above.
std::optional<Binding> parse_binding(std::string_view text);

}  // namespace sm
