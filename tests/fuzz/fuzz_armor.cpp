// ASCII armor both ways: what is armored comes back; the stream and the whole text are read alike, wherever they are
// cut.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/armor.hpp"
#include "io/descriptor.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

// Gives pieces whose lengths its own bytes choose.
class Pieces final : public sm::Source {
 public:
  explicit Pieces(std::string_view text) : rest_(text) {}
  sm::Result<std::size_t> read(std::span<char> buffer) override {
    if (rest_.empty()) return std::size_t{0};
    const std::size_t wanted = static_cast<unsigned char>(rest_.back() ^ rest_.front()) % 61 + 1;
    const std::size_t count = std::min({wanted, buffer.size(), rest_.size()});
    rest_.copy(buffer.data(), count);
    rest_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view rest_;
};

sm::Result<std::string> stream(std::string_view text) {
  Pieces pieces(text);
  sm::DearmorSource source(pieces);
  return sm::read_all(source, SIZE_MAX);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  const std::string text = sm::armor(sm::ArmorKind::message, input, size % 2 == 0 ? "\n" : "\r\n");
  require(sm::is_armored(text));
  const auto back = sm::dearmor(text);
  require(back && back->size() == 1 && back->front().kind == sm::ArmorKind::message && back->front().bytes == input);
  const auto streamed = stream(text);
  require(streamed && *streamed == input);

  // The input taken as armor. A stream stops after the first block, so it may succeed where the whole does not.
  const auto blocks = sm::dearmor(input);
  const auto first = stream(input);
  const bool binary = !input.empty() && (data[0] & 0x80) != 0 && !input.starts_with("\xEF\xBB\xBF");
  if (binary) {
    require(first && *first == input);
  } else if (blocks && size < 64 * 1024) {
    const bool opens = !blocks->empty() && blocks->front().kind != sm::ArmorKind::signed_message;
    require(first && *first == (opens ? blocks->front().bytes : input));
  }
  return 0;
}
