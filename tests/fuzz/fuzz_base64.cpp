// Base64 both ways: what is encoded comes back, and where the input is cut makes no difference.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "text/base64.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Puts `text` in pieces whose lengths its own bytes choose.
template <class Coder>
std::string in_pieces(Coder& coder, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), static_cast<unsigned char>(text.back()) % 7 + 1);
    coder.put(text.substr(0, size), out);
    text.remove_prefix(size);
    if (text.size() > 1 && text.back() % 3 == 0) {
      coder.put(text.substr(0, text.size() / 2), out);
      text.remove_prefix(text.size() / 2);
    }
  }
  coder.finish(out);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  const std::string flat = sm::base64_encode(input);
  require(sm::base64_decode(flat) == input);

  const std::size_t columns = 4 * (1 + size % 19);
  sm::Base64Encoder whole("\r\n", columns);
  std::string lines;
  whole.put(input, lines);
  whole.finish(lines);
  sm::Base64Encoder pieces("\r\n", columns);
  require(in_pieces(pieces, input) == lines);
  require(lines.empty() || lines.ends_with("\r\n"));
  std::string joined = lines;
  std::erase_if(joined, [](char c) { return c == '\r' || c == '\n'; });
  require(joined == flat);
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find("\r\n", begin);
    require(end - begin <= columns && end > begin);
    begin = end + 2;
  }
  sm::Base64Decoder back;
  require(in_pieces(back, lines) == input && !back.damaged());

  // The input taken as base64.
  sm::Base64Decoder at_once;
  std::string decoded;
  at_once.put(input, decoded);
  at_once.finish(decoded);
  sm::Base64Decoder cut;
  require(in_pieces(cut, input) == decoded && cut.damaged() == at_once.damaged());
  require(decoded.size() <= size / 4 * 3 + 2);
  if (const auto strict = sm::base64_decode(input)) {
    require(sm::base64_encode(*strict) == input);
    require(*strict == decoded && !at_once.damaged());
  }
  return 0;
}
