// A bare loop of SHA-1: for each line of stdin the digest of what stands before the @, in z-base-32, a blank, and the
// line. What smwkd hash - is compared to: the same input and output, and nothing else.
#include <botan/hash.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace {

void append(std::string& out, const std::uint8_t* digest) {
  constexpr char alphabet[] = "ybndrfg8ejkmcpqxot1uwisza345h769";
  for (int group = 0; group < 4; ++group, digest += 5) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 5; ++i) bits = bits << 8 | digest[i];
    for (int shift = 35; shift >= 0; shift -= 5) out += alphabet[bits >> shift & 31];
  }
}

}  // namespace

int main() {
  const auto sha1 = Botan::HashFunction::create_or_throw("SHA-1");
  std::string in;
  std::string out;
  char buffer[64 * 1024];
  while (const ssize_t size = read(0, buffer, sizeof buffer)) {
    if (size < 0) return 75;
    in.append(buffer, static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (std::size_t end; (end = in.find('\n', begin)) != std::string::npos; begin = end + 1) {
      const std::string_view line(in.data() + begin, end - begin);
      std::uint8_t digest[20];
      sha1->update(reinterpret_cast<const std::uint8_t*>(line.data()), line.find('@'));
      sha1->final(digest);
      append(out, digest);
      out.append(1, ' ').append(line).append(1, '\n');
    }
    in.erase(0, begin);
    if (write(1, out.data(), out.size()) != static_cast<ssize_t>(out.size())) return 75;
    out.clear();
  }
}
