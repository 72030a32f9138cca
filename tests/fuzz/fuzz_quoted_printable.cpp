// Quoted-printable both ways: what is encoded is in the form that RFC 2045 §6.7 and RFC 3156 §3 ask for and comes back,
// and where the input is cut makes no difference.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "text/quoted_printable.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

template <class Coder>
std::string at_once(Coder& coder, std::string_view text) {
  std::string out;
  coder.put(text, out);
  coder.finish(out);
  return out;
}

// Puts `text` in pieces whose lengths its own bytes choose.
template <class Coder>
std::string in_pieces(Coder& coder, std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), static_cast<unsigned char>(text.back()) % 5 + 1);
    coder.put(text.substr(0, size), out);
    text.remove_prefix(size);
    if (text.size() > 1 && text.front() % 3 == 0) {
      coder.put(text.substr(0, text.size() / 2), out);
      text.remove_prefix(text.size() / 2);
    }
  }
  coder.finish(out);
  return out;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r')) out += '\r';
    out += text[i];
  }
  return out;
}

void check_form(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::size_t end = std::min(encoded.find("\r\n"), encoded.size());
    const std::string_view line = encoded.substr(0, end);
    require(line.size() <= 76 && !line.starts_with("From ") && !line.ends_with(' ') && !line.ends_with('\t'));
    require(std::ranges::all_of(line, [](char c) { return c == '\t' || (c >= ' ' && c <= '~'); }));
    encoded.remove_prefix(std::min(encoded.size(), end + 2));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);

  sm::QuotedPrintableEncoder whole("\r\n");
  const std::string encoded = at_once(whole, input);
  sm::QuotedPrintableEncoder pieces("\r\n");
  require(in_pieces(pieces, input) == encoded);
  check_form(encoded);
  sm::QuotedPrintableDecoder back;
  require(in_pieces(back, encoded) == with_crlf(input) && !back.damaged());

  // The input taken as quoted-printable.
  sm::QuotedPrintableDecoder plain;
  const std::string decoded = at_once(plain, input);
  sm::QuotedPrintableDecoder cut;
  require(in_pieces(cut, input) == decoded && cut.damaged() == plain.damaged());
  require(decoded.size() <= size);
  return 0;
}
