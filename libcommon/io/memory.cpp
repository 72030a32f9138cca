#include "io/memory.hpp"

namespace sm {

Result<std::size_t> StringSource::read(std::span<char> buffer) {
  const std::size_t got = rest_.copy(buffer.data(), buffer.size());
  rest_.remove_prefix(got);
  return got;
}

Result<void> StringSink::write(std::string_view bytes) {
  if (bytes.size() > limit_ - text_.size()) {
    return fail(ErrorKind::data, "io.too-long", "output is longer than " + std::to_string(limit_) + " bytes");
  }
  text_ += bytes;
  return {};
}

}  // namespace sm
