// Requests read whole and octet by octet are the same, and what is written is read again.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "socketmap/protocol.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Every request as a netstring; "!" at the first fault.
std::string read(std::string_view bytes, std::size_t size) {
  sm::socketmap::RequestReader reader;
  std::string said;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    reader.push(bytes.substr(at, size));
    while (true) {
      const auto request = reader.next();
      if (!request) return said + "!";
      if (!*request) break;
      require((*request)->size() <= sm::socketmap::max_request);
      const auto parsed = sm::socketmap::parse_request(**request);
      require(!parsed || std::string(parsed->map).append(" ").append(parsed->key) == **request);
      said.append(std::to_string((*request)->size())).append(":").append(**request).append(",");
    }
    require(reader.pending() <= sm::socketmap::max_request + 7 + size);
    reader.shrink();
  }
  return said;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string whole = read(input, size + 1);
  if (size < 32 * 1024) require(read(input, 1) == whole && read(input, 7) == whole);
  // A netstring has one form only.
  require(input.starts_with(whole.ends_with('!') ? std::string_view(whole).substr(0, whole.size() - 1) : whole));

  using sm::socketmap::Status;
  for (const Status status : {Status::ok, Status::temporary, Status::permanent}) {
    const std::string reply = sm::socketmap::reply(status, input);
    require(reply.size() <= sm::socketmap::max_reply + 8 && reply.ends_with(','));
    for (const char c : reply) require((c & 0xE0) != 0 && c != 0x7F);
  }
  return 0;
}
