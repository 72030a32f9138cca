// A message through tokenizer, outline, and both forms of the protected entity; the rules are those of the unit tests.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../unit/mime/message_checks.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string broken = sm::test::broken_rule({reinterpret_cast<const char*>(data), size});
  if (!broken.empty()) {
    std::fprintf(stderr, "broken: %s\n", broken.c_str());
    std::abort();
  }
  return 0;
}
