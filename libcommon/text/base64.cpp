#include "text/base64.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "text/ascii.hpp"

namespace sm {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The two characters of each 12 bits.
constexpr auto pairs = []() {
  std::array<std::array<char, 2>, 4096> table{};
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = {alphabet[i >> 6], alphabet[i & 63]};
  return table;
}();

constexpr std::uint32_t no_digit = 1u << 31;

// The value of each character at each of the four places of a quantum, shifted to where it belongs.
constexpr auto digit_values = []() {
  std::array<std::array<std::uint32_t, 256>, 4> table{};
  for (auto& place : table) place.fill(no_digit);
  for (std::uint32_t value = 0; value < 64; ++value) {
    const auto c = static_cast<unsigned char>(alphabet[value]);
    for (unsigned place = 0; place < 4; ++place) table[place][c] = value << (6 * (3 - place));
  }
  return table;
}();

std::uint32_t octet(const char* p) {
  return static_cast<unsigned char>(*p);
}

// Writes four characters for each three bytes.
char* encode(const char* in, std::size_t quanta, char* out) {
  for (; quanta > 0; --quanta, in += 3, out += 4) {
    const std::uint32_t bits = octet(in) << 16 | octet(in + 1) << 8 | octet(in + 2);
    std::memcpy(out, pairs[bits >> 12].data(), 2);
    std::memcpy(out + 2, pairs[bits & 4095].data(), 2);
  }
  return out;
}

// Writes the padded quantum of 1 or 2 bytes.
char* encode_last(const char* in, std::size_t size, char* out) {
  const std::array<char, 3> last{in[0], size == 2 ? in[1] : '\0', '\0'};
  encode(last.data(), 1, out);
  out[3] = '=';
  if (size == 1) out[2] = '=';
  return out + 4;
}

// The 24 bits of the four characters at `p`; with bit 31 if one of them is no digit.
std::uint32_t quantum(const char* p) {
  return digit_values[0][octet(p)] | digit_values[1][octet(p + 1)] | digit_values[2][octet(p + 2)] |
         digit_values[3][octet(p + 3)];
}

char* store(std::uint32_t bits, char* out) {
  out[0] = static_cast<char>(bits >> 16);
  out[1] = static_cast<char>(bits >> 8 & 255);
  out[2] = static_cast<char>(bits & 255);
  return out + 3;
}

}  // namespace

std::string base64_encode(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  const std::size_t quanta = bytes.size() / 3;
  char* end = encode(bytes.data(), quanta, text.data());
  if (quanta * 3 < bytes.size()) encode_last(bytes.data() + quanta * 3, bytes.size() - quanta * 3, end);
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string last(text.substr(text.size() - (padding > 0 ? 4 : 0)));
  const std::string_view whole = text.substr(0, text.size() - last.size());
  std::string bytes(whole.size() / 4 * 3, '\0');
  char* out = bytes.data();
  for (std::size_t i = 0; i < whole.size(); i += 4) {
    const std::uint32_t bits = quantum(whole.data() + i);
    if (bits & no_digit) return std::nullopt;
    out = store(bits, out);
  }
  if (last.empty()) return bytes;
  last.replace(4 - padding, padding, padding, 'A');
  const std::uint32_t bits = quantum(last.data());
  if (bits & no_digit) return std::nullopt;
  const std::uint32_t spare = padding == 2 ? 0xFFFF : 0xFF;
  if (bits & spare) return std::nullopt;
  char rest[3];
  store(bits, rest);
  return bytes.append(rest, 3 - padding);
}

void Base64Encoder::put(std::string_view bytes, std::string& out) {
  const std::size_t total = (held_size_ + bytes.size()) / 3 * 4;  // characters that this call writes
  if (total == 0) {
    if (!bytes.empty()) std::memcpy(held_.data() + held_size_, bytes.data(), bytes.size());
    held_size_ += bytes.size();
    return;
  }
  const std::size_t begin = out.size();
  out.resize(begin + total + (column_ + total) / columns_ * eol_.size());
  char* to = out.data() + begin;
  const auto count = [&](std::size_t characters) {
    column_ += characters;
    if (column_ < columns_) return;
    to = std::copy(eol_.begin(), eol_.end(), to);
    column_ = 0;
  };
  if (held_size_ > 0) {
    const std::size_t missing = 3 - held_size_;
    std::memcpy(held_.data() + held_size_, bytes.data(), missing);
    bytes.remove_prefix(missing);
    to = encode(held_.data(), 1, to);
    count(4);
    held_size_ = 0;
  }
  while (bytes.size() >= 3) {
    const std::size_t quanta = std::min(bytes.size() / 3, (columns_ - column_) / 4);
    to = encode(bytes.data(), quanta, to);
    bytes.remove_prefix(quanta * 3);
    count(quanta * 4);
  }
  if (!bytes.empty()) std::memcpy(held_.data(), bytes.data(), bytes.size());
  held_size_ = bytes.size();
}

void Base64Encoder::finish(std::string& out) {
  if (held_size_ > 0) {
    char last[4];
    encode_last(held_.data(), held_size_, last);
    out.append(last, 4);
    column_ += 4;
    held_size_ = 0;
  }
  if (column_ > 0) out += eol_;
  column_ = 0;
}

void Base64Decoder::put(std::string_view text, std::string& out) {
  const std::size_t begin = out.size();
  out.resize(begin + text.size() / 4 * 3 + 3);
  char* to = out.data() + begin;
  const char* in = text.data();
  const char* const end = in + text.size();
  while (in != end && !ended_) {
    if (digits_ == 0) {
      for (; end - in >= 4; in += 4) {
        const std::uint32_t bits = quantum(in);
        if (bits & no_digit) break;
        to = store(bits, to);
      }
      if (in == end) break;
    }
    const char c = *in++;
    const std::uint32_t digit = digit_values[3][octet(&c)];
    if (digit != no_digit) {
      value_ = value_ << 6 | digit;
      if (++digits_ == 4) {
        to = store(value_, to);
        value_ = 0;
        digits_ = 0;
      }
    } else if (c == '=') {
      // RFC 2045 §6.8: "=" occurs only at the end, so it is taken for the end.
      ended_ = true;
      padding_ = 3 - digits_;
      if (digits_ < 2) {
        damaged_ = true;
        padding_ = 0;
      }
    } else if (!is_space(c)) {
      damaged_ = true;
    }
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  for (; in != end; ++in) {
    if (*in == '=' && padding_ > 0) {
      --padding_;
    } else if (!is_space(*in)) {
      damaged_ = true;
    }
  }
}

void Base64Decoder::finish(std::string& out) {
  if (padding_ > 0 || (!ended_ && digits_ > 0)) damaged_ = true;
  if (digits_ >= 2) {
    char last[3];
    store(value_ << (6 * (4 - digits_)), last);
    out.append(last, static_cast<std::size_t>(digits_ - 1));
  }
  digits_ = 0;
  value_ = 0;
}

}  // namespace sm
