#include "crypto/radix64.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "text/base64.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace sm {
namespace {

constexpr std::uint32_t polynomial = 0x864CFB00u;  // without x^24, in the upper 24 bits

constexpr std::uint32_t times_x(std::uint32_t crc) {
  return crc << 1 ^ ((crc & 0x80000000u) != 0 ? polynomial : 0);
}

// Table k advances a byte by k more bytes, so that sixteen bytes need no look-up to wait for another.
constexpr std::size_t slices = 16;
constexpr auto crc_tables = [] {
  std::array<std::array<std::uint32_t, 256>, slices> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit) crc = times_x(crc);
    table[0][byte] = crc;
  }
  for (std::size_t k = 1; k < slices; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = table[k - 1][byte];
      table[k][byte] = crc << 8 ^ table[0][crc >> 24];
    }
  }
  return table;
}();

std::uint32_t octet(char byte) {
  return static_cast<unsigned char>(byte);
}

// Unrolled: as a loop it runs at half the speed.
template <std::size_t... I>
std::uint32_t advance(std::uint32_t crc, const char* bytes, std::index_sequence<I...>) {
  return (crc_tables[slices - 1 - I][octet(bytes[I]) ^ (I < 3 ? crc >> (24 - 8 * I) & 255 : 0)] ^ ...);
}

std::uint32_t add_by_tables(std::uint32_t crc, std::string_view bytes) {
  for (; bytes.size() >= slices; bytes.remove_prefix(slices)) {
    crc = advance(crc, bytes.data(), std::make_index_sequence<slices>());
  }
  for (const char byte : bytes) crc = crc << 8 ^ crc_tables[0][octet(byte) ^ crc >> 24];
  return crc;
}

#ifdef __x86_64__

bool has_simd() {
  return __builtin_cpu_supports("pclmul") != 0 && __builtin_cpu_supports("ssse3") != 0;
}

// x^n modulo the polynomial.
constexpr std::int64_t power(int n) {
  std::uint32_t value = 1u << 8;
  for (int i = 0; i < n; ++i) value = times_x(value);
  return value >> 8;
}

// The first byte is the highest coefficient.
[[gnu::target("pclmul,ssse3")]] inline __m128i load_high_first(const char* bytes) {
  return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes)),
                          _mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
}

// `block` times x^n, congruent but again of 128 bits; `powers` holds x^(n+64) in its upper half and x^n in its lower.
[[gnu::target("pclmul,ssse3")]] inline __m128i shift(__m128i block, __m128i powers) {
  return _mm_xor_si128(_mm_clmulepi64_si128(block, powers, 0x11), _mm_clmulepi64_si128(block, powers, 0x00));
}

// A CRC is the message, with the old one added to its first bits, modulo the polynomial: so any block may be replaced
// by what is congruent to it. Four blocks at a time move towards the end; what is left of them is summed by the tables.
// Precondition: a multiple of 64 bytes, and some.
[[gnu::target("pclmul,ssse3")]] std::uint32_t add_by_multiplication(std::uint32_t crc, std::string_view bytes) {
  const __m128i by_64 = _mm_set_epi64x(power(512 + 64), power(512));
  const __m128i by_16 = _mm_set_epi64x(power(128 + 64), power(128));
  const char* at = bytes.data();
  __m128i a = load_high_first(at);
  __m128i b = load_high_first(at + 16);
  __m128i c = load_high_first(at + 32);
  __m128i d = load_high_first(at + 48);
  a = _mm_xor_si128(a, _mm_set_epi32(static_cast<int>(crc), 0, 0, 0));
  for (bytes.remove_prefix(64); !bytes.empty(); bytes.remove_prefix(64)) {
    at += 64;
    a = _mm_xor_si128(shift(a, by_64), load_high_first(at));
    b = _mm_xor_si128(shift(b, by_64), load_high_first(at + 16));
    c = _mm_xor_si128(shift(c, by_64), load_high_first(at + 32));
    d = _mm_xor_si128(shift(d, by_64), load_high_first(at + 48));
  }
  b = _mm_xor_si128(b, shift(a, by_16));
  c = _mm_xor_si128(c, shift(b, by_16));
  d = _mm_xor_si128(d, shift(c, by_16));
  std::array<char, 16> rest;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), d);
  d = load_high_first(rest.data());
  _mm_storeu_si128(reinterpret_cast<__m128i*>(rest.data()), d);
  return add_by_tables(0, {rest.data(), rest.size()});
}

// Sixteen characters of the twelve bytes that `order` picks: for each three b0 b1 b2 the order b1 b0 b2 b1, so that
// both halves of a 32-bit lane hold two neighbouring groups of six bits.
[[gnu::target("pclmul,ssse3")]] inline __m128i encode_twelve(__m128i bytes, __m128i order) {
  const __m128i lanes = _mm_shuffle_epi8(bytes, order);
  // Multiplications move each group to its own byte: the first and third to the right, the second and fourth to the
  // left.
  const __m128i odd = _mm_mulhi_epu16(_mm_and_si128(lanes, _mm_set1_epi32(0x0FC0FC00)), _mm_set1_epi32(0x04000040));
  const __m128i even = _mm_mullo_epi16(_mm_and_si128(lanes, _mm_set1_epi32(0x003F03F0)), _mm_set1_epi32(0x01000010));
  const __m128i value = _mm_or_si128(odd, even);
  // What to add to a value depends on its range: 0 to 25 (entry 13), 26 to 51 (0), then each of 52 to 63 (1 to 12).
  const __m128i range = _mm_or_si128(_mm_subs_epu8(value, _mm_set1_epi8(51)),
                                     _mm_and_si128(_mm_cmpgt_epi8(_mm_set1_epi8(26), value), _mm_set1_epi8(13)));
  constexpr char digit = '0' - 52;
  const __m128i offsets = _mm_setr_epi8('a' - 26, digit, digit, digit, digit, digit, digit, digit, digit, digit, digit,
                                        '+' - 62, '/' - 63, 'A', 0, 0);
  return _mm_add_epi8(value, _mm_shuffle_epi8(offsets, range));
}

[[gnu::target("pclmul,ssse3")]] void encode_lines_simd(std::string_view bytes, std::string_view eol, char* out) {
  const __m128i first = _mm_setr_epi8(1, 0, 2, 1, 4, 3, 5, 4, 7, 6, 8, 7, 10, 9, 11, 10);
  const __m128i last = _mm_setr_epi8(5, 4, 6, 5, 8, 7, 9, 8, 11, 10, 12, 11, 14, 13, 15, 14);  // no read past the line
  for (; !bytes.empty(); bytes.remove_prefix(radix64_line)) {
    for (std::size_t i = 0; i < 4; ++i) {
      const char* from = bytes.data() + (i < 3 ? 12 * i : 32);
      const __m128i twelve = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      _mm_storeu_si128(reinterpret_cast<__m128i*>(out), encode_twelve(twelve, i < 3 ? first : last));
      out += 16;
    }
    std::memcpy(out, eol.data(), eol.size());
    out += eol.size();
  }
}

#else

bool has_simd() {
  return false;
}
std::uint32_t add_by_multiplication(std::uint32_t crc, std::string_view bytes) {
  return add_by_tables(crc, bytes);
}
void encode_lines_simd(std::string_view, std::string_view, char*) {}

#endif

}  // namespace

void Crc24::add(std::string_view bytes) {
  if (bytes.size() >= 128 && has_simd()) {
    const std::size_t whole = bytes.size() / 64 * 64;
    crc_ = add_by_multiplication(crc_, bytes.substr(0, whole));
    bytes.remove_prefix(whole);
  }
  crc_ = add_by_tables(crc_, bytes);
}

std::string Crc24::value() const {
  return {static_cast<char>(crc_ >> 24), static_cast<char>(crc_ >> 16 & 255), static_cast<char>(crc_ >> 8 & 255)};
}

void encode_radix64_lines(std::string_view bytes, std::string_view eol, std::string& out) {
  if (bytes.empty()) return;
  if (!has_simd()) {
    Base64Encoder encoder(eol, 64);
    encoder.put(bytes, out);
    return;
  }
  const std::size_t begin = out.size();
  out.resize(begin + bytes.size() / radix64_line * (64 + eol.size()));
  encode_lines_simd(bytes, eol, out.data() + begin);
}

}  // namespace sm
