#include "io/memory.hpp"

namespace sm {
namespace {

Unexpected too_long(std::size_t limit) {
  return fail(ErrorKind::data, "io.too-long", "output is longer than " + std::to_string(limit) + " bytes");
}

}  // namespace

Result<std::size_t> StringSource::read(std::span<char> buffer) {
  const std::size_t got = rest_.copy(buffer.data(), buffer.size());
  rest_.remove_prefix(got);
  return got;
}

Result<void> StringSink::write(std::string_view bytes) {
  if (bytes.size() > limit_ - text_.size()) return too_long(limit_);
  text_ += bytes;
  return {};
}

Result<void> SecretSink::write(std::string_view bytes) {
  if (bytes.size() > limit_ - secret_.size()) return too_long(limit_);
  secret_.append(bytes);
  return {};
}

}  // namespace sm
