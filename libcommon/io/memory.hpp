// Source and Sink over memory.
#pragma once

#include <cstdint>
#include <string>

#include "base/secret.hpp"
#include "io/stream.hpp"

namespace sm {

// Reads `bytes`, which must outlive it.
class StringSource final : public Source {
 public:
  explicit StringSource(std::string_view bytes) : rest_(bytes) {}
  Result<std::size_t> read(std::span<char> buffer) override;

 private:
  std::string_view rest_;
};

// Collects what is written, at most `limit` bytes (then io.too-long, kind data).
class StringSink final : public Sink {
 public:
  explicit StringSink(std::size_t limit = SIZE_MAX) : limit_(limit) {}
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override { return {}; }
  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::size_t limit_;
};

// The same for what must stay secret.
class SecretSink final : public Sink {
 public:
  explicit SecretSink(std::size_t limit = SIZE_MAX) : limit_(limit) {}
  Result<void> write(std::string_view bytes) override;
  Result<void> finish() override { return {}; }
  std::string_view view() const { return secret_.view(); }
  Secret take() { return std::move(secret_); }

 private:
  Secret secret_;
  std::size_t limit_;
};

}  // namespace sm
