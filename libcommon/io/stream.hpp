// Source and Sink: everything before a library pulls, everything after it pushes.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace sm {

// Bytes to be read once, from the front.
class Source {
 public:
  virtual ~Source() = default;
  // Stores at most buffer.size() bytes and returns how many; 0 only at the end (or for an empty buffer). After an Error
  // or the end, further calls give the same. Bytes are `char` everywhere; none is special.
  virtual Result<std::size_t> read(std::span<char> buffer) = 0;
};

// Where bytes go.
class Sink {
 public:
  virtual ~Sink() = default;
  // Takes all of `bytes` or fails. Does not keep the view.
  virtual Result<void> write(std::string_view bytes) = 0;
  // Says that nothing more follows; called once, and only if every write succeeded. What is buffered is passed on.
  virtual Result<void> finish() = 0;
};

}  // namespace sm
