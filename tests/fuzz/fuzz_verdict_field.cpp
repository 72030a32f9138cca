// Annotating a message: whatever it contains, it passes with exactly one SM-Verdict; the rules are those of the unit
// tests. And a field made of the same bytes lets nothing out of its values.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "../unit/pgpmime/annotate_checks.hpp"
#include "mime/header.hpp"
#include "pgpmime/verdict_field.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const std::string broken = sm::test::broken_annotation(bytes);
  if (!broken.empty()) {
    std::fprintf(stderr, "broken: %s\n", broken.c_str());
    std::abort();
  }
  const sm::pgpmime::VerdictField field{.verdict = sm::Verdict::bad, .program = "fuzz", .from = bytes.substr(0, 40)};
  const std::string text = sm::pgpmime::field_text(field, "\n");
  const sm::mime::Header header = sm::mime::parse_header(text);
  const auto semicolons = std::count(text.begin(), text.end(), ';');
  if (header.fields.size() != 1 || !text.starts_with("SM-Verdict: bad; program=fuzz") || semicolons > 2) std::abort();
  return 0;
}
