// Charsets that a message names, by iconv(3).
#pragma once

#include <iconv.h>

#include <optional>
#include <string>
#include <string_view>

#include "base/handle.hpp"

namespace sm::mime {

// Bytes of a named charset as UTF-8. Opening one may load a module, so the last stays open, and an attacker gets
// sixteen.
class Charsets {
 public:
  // nullopt: unknown charset, or bytes that are none of its text.
  std::optional<std::string> to_utf8(std::string_view charset, std::string_view bytes);

 private:
  bool open(const std::string& name);
  std::optional<std::string> convert(std::string_view bytes);

  Handle<void, iconv_close> handle_;
  std::string name_;
  int opened_ = 0;
};

}  // namespace sm::mime
