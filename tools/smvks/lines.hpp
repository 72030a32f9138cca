// The lines of stdin, as they come: each is there as soon as its end was read.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "io/descriptor.hpp"

namespace sm::smvks {

inline constexpr std::size_t max_line = 4096;  // bytes

class Lines {
 public:
  explicit Lines(int fd) : source_(fd) {}

  struct Line {
    std::string text;       // without its end
    bool too_long = false;  // the text is what it begins with
  };
  // nullopt: the end. Waits. Errors: io.read (temporary).
  Result<std::optional<Line>> next();

 private:
  DescriptorSource source_;
  std::string read_;  // what no line has been made of
  bool ended_ = false;
};

}  // namespace sm::smvks
