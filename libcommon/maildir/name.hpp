// Names of messages in a Maildir (cr.yp.to/proto/maildir.html): UNIQUE:2,FLAGS. Delivery agents put fields between the
// two, "1700000000.M1P2.host,S=1234,W=1260:2,RS": S is the size of the file and W that with every line end as CRLF,
// which saves Dovecot and Courier from asking for it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sm::maildir {

// What tells a message from every other one, whatever happens to its flags, sizes and folder: all up to the first
// field, else the flags.
std::string_view unique_part(std::string_view name);

struct Sizes {
  std::uint64_t file = 0;       // S=, bytes
  std::uint64_t with_crlf = 0;  // W=, bytes

  // Counts further bytes of the file; `after_cr`: whether the last one before them was a CR, kept up to date.
  void add(std::string_view bytes, bool& after_cr);
  bool operator==(const Sizes&) const = default;
};

// The value of "S" or "W"; nullopt if the name has no such field, or not a number in it.
std::optional<std::uint64_t> size_in(std::string_view name, char field);
// The name with these sizes in the fields that it has.
std::string with_sizes(std::string_view name, const Sizes& sizes);

}  // namespace sm::maildir
