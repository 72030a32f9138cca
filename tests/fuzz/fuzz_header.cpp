// Header fields: nothing is lost, what is folded unfolds to the same, and an address that was read reads the same
// again.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "mime/address.hpp"
#include "mime/header.hpp"
#include "text/ascii.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void require_normal(const std::string& address) {
  require(sm::mime::parse_address(address) == address);
}

void field_body(std::string_view body) {
  const std::string text = sm::mime::unfold(body);
  require(text.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos && text.size() <= body.size());

  const auto parsed = sm::mime::parse_parameterized(body);
  require(parsed.value == sm::lower(parsed.value) && parsed.parameters.size() <= 1'000);
  for (const auto& [name, value] : parsed.parameters) require(!name.empty() && parsed.find(name) == &value);
  const auto media = sm::mime::parse_content_type(body);
  require(media.value.empty() || (media.value == parsed.value && media.value.find('/') != std::string::npos));
  sm::mime::parse_encoding(body);
  require(sm::mime::display_text(body).size() <= 16 * body.size() + 16);

  if (const auto mailboxes = sm::mime::parse_mailboxes(body)) {
    for (const auto& mailbox : *mailboxes) require_normal(mailbox.address);
  }
  if (const auto address = sm::mime::parse_address(body)) require_normal(*address);
  if (const auto address = sm::mime::user_id_address(body)) {
    require_normal(*address);
    require(sm::mime::user_id_address(*address) == address);
  }

  if (!std::ranges::all_of(text, [](char c) { return c == '\t' || (c >= ' ' && c < 0x7F); })) return;
  const std::string folded = sm::mime::fold_field("Subject", text, "\r\n");
  const auto header = sm::mime::parse_header(folded);
  require(header.fields.size() == 1 && header.strays == 0 && sm::mime::unfold(header.fields[0].body) == text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  for (const bool lone_cr : {false, true}) {
    const auto header = sm::mime::parse_header(input, lone_cr);
    std::string joined;
    std::size_t strays = 0;
    for (const auto& field : header.fields) {
      joined += field.raw;
      if (field.name.empty()) ++strays;
      if (!lone_cr) field_body(field.body);
    }
    require(joined == input && strays == header.strays);
  }
  field_body(input);
  return 0;
}
