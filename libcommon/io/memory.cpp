#include "io/memory.hpp"

#include <algorithm>
#include <utility>

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

Result<void> SecretSink::write(std::string_view bytes) {
  if (bytes.size() > limit_ - size_) {
    return fail(ErrorKind::data, "io.too-long", "output is longer than " + std::to_string(limit_) + " bytes");
  }
  if (bytes.size() > secret_.size() - size_) {
    constexpr std::size_t smallest = 64 * 1024;
    Secret larger(std::max({smallest, 2 * secret_.size(), size_ + bytes.size()}));
    secret_.view().copy(larger.data(), size_);
    secret_ = std::move(larger);
  }
  bytes.copy(secret_.data() + size_, bytes.size());
  size_ += bytes.size();
  return {};
}

Secret SecretSink::take() {
  secret_.shrink(std::exchange(size_, 0));
  return std::move(secret_);
}

}  // namespace sm
