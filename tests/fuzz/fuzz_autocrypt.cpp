// Autocrypt fields and Setup Messages: never more than one field counts, what is taken is of the sender, and what is
// written is read back.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "autocrypt/header.hpp"
#include "autocrypt/setup_message.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto code = sm::autocrypt::setup_code(text);
  require(!code || code->size() == 44);
  sm::Document document = sm::Document::from_string(text);
  const auto outline = sm::mime::scan(document);
  if (!outline) return 0;
  const sm::mime::Header header = outline->top();
  if (sm::autocrypt::is_setup_message(header)) {
    const auto setup = sm::autocrypt::read_setup_message(document, *outline);
    require(setup || setup.error().kind == sm::ErrorKind::data);
  }
  const auto attributes = sm::autocrypt::sender_attributes(header);
  if (!attributes) return 0;
  require(header.count("From") == 1 && !attributes->keydata.empty());
  const auto field = sm::autocrypt::format_field(attributes->address, attributes->keydata, "\r\n");
  if (!field) return 0;
  const std::string again = "From: <" + attributes->address + ">\r\n" + *field;
  const auto second = sm::autocrypt::sender_attributes(sm::mime::parse_header(again));
  require(second && second->keydata == attributes->keydata && second->address == attributes->address);
  return 0;
}
