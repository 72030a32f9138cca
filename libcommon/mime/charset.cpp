#include "mime/charset.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::mime {
namespace {

constexpr int max_opened = 16;
constexpr std::size_t max_name = 40;

std::string from_latin1(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    if (value < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | value >> 6);
      out += static_cast<char>(0x80 | (value & 0x3F));
    }
  }
  return out;
}

// A "/" would begin iconv's own options ("//TRANSLIT"); the empty name is the locale's charset.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= max_name && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || std::string_view("-_.:+").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<std::string> Charsets::to_utf8(std::string_view charset, std::string_view bytes) {
  const std::string name = lower(charset);
  if (name == "utf-8" || name == "utf8") return is_utf8(bytes) ? std::optional(std::string(bytes)) : std::nullopt;
  if (name == "us-ascii" || name == "ascii") {
    if (std::ranges::any_of(bytes, [](char c) { return (c & 0x80) != 0; })) return std::nullopt;
    return std::string(bytes);
  }
  if (name == "iso-8859-1") return from_latin1(bytes);
  if (!open(name)) return std::nullopt;
  return convert(bytes);
}

bool Charsets::open(const std::string& name) {
  if (name == name_) return static_cast<bool>(handle_);
  if (!is_plain(name) || opened_ == max_opened) return false;
  ++opened_;
  name_ = name;
  handle_.reset();
  const iconv_t opened = iconv_open("UTF-8", name.c_str());
  if (reinterpret_cast<std::intptr_t>(opened) != -1) handle_.reset(opened);
  return static_cast<bool>(handle_);
}

std::optional<std::string> Charsets::convert(std::string_view bytes) {
  iconv(handle_.get(), nullptr, nullptr, nullptr, nullptr);
  std::string out;
  std::array<char, 1024> buffer;
  char* in = const_cast<char*>(bytes.data());  // iconv(3) does not write through it
  std::size_t in_left = bytes.size();
  for (bool flushing = false;;) {
    char* to = buffer.data();
    std::size_t to_left = buffer.size();
    const std::size_t result = flushing ? iconv(handle_.get(), nullptr, nullptr, &to, &to_left)
                                        : iconv(handle_.get(), &in, &in_left, &to, &to_left);
    const bool full = result == static_cast<std::size_t>(-1) && errno == E2BIG;
    if (result == static_cast<std::size_t>(-1) && !full) return std::nullopt;
    out.append(buffer.data(), buffer.size() - to_left);
    if (full) continue;
    if (flushing) break;
    flushing = true;
  }
  if (!is_utf8(out)) return std::nullopt;
  return out;
}

}  // namespace sm::mime
