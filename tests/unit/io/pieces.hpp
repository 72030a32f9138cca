#pragma once

#include <doctest/doctest.h>

#include <string>

#include "io/stream.hpp"

namespace sm::test {

// Gives `text` in pieces of at most `piece` bytes, as a pipe may.
class Pieces final : public Source {
 public:
  Pieces(std::string_view text, std::size_t piece) : rest_(text), piece_(piece) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t got = rest_.substr(0, piece_).copy(buffer.data(), buffer.size());
    rest_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view rest_;
  std::size_t piece_;
};

// Gives `text`, then fails.
class Failing final : public Source {
 public:
  explicit Failing(std::string_view text) : rest_(text) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    if (rest_.empty()) return fail(ErrorKind::temporary, "test.failing", "failed");
    const std::size_t got = rest_.copy(buffer.data(), buffer.size());
    rest_.remove_prefix(got);
    return got;
  }

 private:
  std::string_view rest_;
};

// All of `source`, read with a buffer of `size` bytes.
inline std::string drain(Source& source, std::size_t size) {
  std::string buffer(size, '\0');
  std::string text;
  for (;;) {
    const auto got = source.read(buffer);
    REQUIRE(got.has_value());
    if (*got == 0) return text;
    text.append(buffer, 0, *got);
  }
}

}  // namespace sm::test
