#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "keystore/binding.hpp"

using namespace sm;

namespace {

const Fingerprint one(40, '1');
const Fingerprint two(40, 'A');

const std::string plain =
    "smtools-binding: 1\naddress: alice@example.org\nfingerprint: 1111111111111111111111111111111111111111\n"
    "source: wkd\nfirst-seen: 2026-11-21T22:30:00Z\n";
const std::string conflict = "conflict: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA uid-add 2026-12-01T08:00:00Z\n";

std::string replaced(std::string_view from, std::string_view to) {
  std::string text = plain;
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace

TEST_CASE("keystore/binding: the file is text of the documented form, and reads back") {
  const Binding binding{"alice@example.org", one, BindingSource::wkd, 1795300200, {}};
  CHECK(format_binding(binding) == plain);
  Binding disputed = binding;
  disputed.conflicts.push_back({two, BindingSource::uid_add, 1796112000});
  CHECK(format_binding(disputed) == plain + conflict);
  CHECK(parse_binding(plain) == binding);
  CHECK(parse_binding(plain + conflict) == disputed);
}

TEST_CASE("keystore/binding: every source has a name that reads back") {
  for (const auto source : {BindingSource::generate, BindingSource::import, BindingSource::uid_add, BindingSource::wkd,
                            BindingSource::vks, BindingSource::accept}) {
    const Binding binding{"a@b", one, source, 0, {}};
    CHECK(parse_binding(format_binding(binding)) == binding);
  }
}

TEST_CASE("keystore/binding: what is not exactly of the form is refused") {
  const std::vector<std::string> bad{
      "",
      "\n",
      plain.substr(0, plain.size() - 1),
      plain + "\n",
      plain + "comment: hello\n",
      plain + conflict + conflict,
      plain + "conflict: " + one + " wkd 2026-12-01T08:00:00Z\n",
      plain + "conflict: " + two + " 2026-12-01T08:00:00Z\n",
      plain + "conflict: " + two + "\n",
      replaced(": 1\n", ": 2\n"),
      replaced("wkd", "web"),
      replaced("1111\n", "111\n"),
      replaced("1111\n", "111a\n"),
      replaced("2026-11-21", "2026-02-30"),
      replaced("22:30:00Z", "22:30:00+"),
      replaced("22:30:00Z", "22:30:60Z"),
      replaced("alice@example.org", ""),
      replaced("address: alice@example.org\n", ""),
      replaced("source: ", "source:"),
      replaced("\n", "\r\n"),
  };
  for (const std::string& text : bad) {
    CAPTURE(text);
    CHECK_FALSE(parse_binding(text).has_value());
  }
  for (std::size_t length = 0; length < plain.size(); ++length) CHECK_FALSE(parse_binding(plain.substr(0, length)));
}

TEST_CASE("keystore/binding: a file is named by the digest of the address") {
  // z-base-32 of SHA-256("alice@example.org"), made with Python's hashlib.
  CHECK(binding_file_name("alice@example.org") == "xj1k5hw8g9ijyhchzzamdkd4m5996p4us6qjdiaz6u4bkxipy1cy");
  CHECK(binding_file_name("alice@example.org") != binding_file_name("bob@example.org"));
}
