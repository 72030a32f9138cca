// What a validating key server says: certificates that come through have no other armor than ours, and are read again
// as the same; what may be uploaded has no secret key.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "text/ascii.hpp"
#include "vks/certificate.hpp"
#include "vks/exchange.hpp"
#include "vks/query.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

sm::Result<std::string> to_ascii(std::string_view name) {
  return sm::lower(name);
}

bool is_text(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c < '\x7f'); });
}

void answer(std::string_view input, std::string_view question) {
  const auto query = sm::vks::parse_query(question, to_ascii);
  require(query.has_value());
  const auto found = sm::vks::read_answer(input, *query, to_ascii);
  if (!found) {
    require(found.error().kind == sm::ErrorKind::data);
    return;
  }
  require(is_text(*found));
  const auto again = sm::vks::read_answer(*found, *query, to_ascii);
  require(again && *again == *found);
}

void upload(std::string_view input) {
  const auto upload = sm::vks::read_upload(input);
  if (!upload) return;
  require(upload->fingerprint.size() == 40 && is_text(upload->keytext));
  const auto blocks = sm::dearmor(upload->keytext);
  require(blocks && blocks->size() == 1);
  const auto packets = sm::split_packets(blocks->front().bytes);
  require(packets && std::ranges::none_of(*packets, [](const sm::Packet& packet) {
            return packet.tag == sm::packet_secret_key || packet.tag == sm::packet_secret_subkey;
          }));
  const auto again = sm::vks::read_upload(upload->keytext);
  require(again && again->keytext == upload->keytext && again->fingerprint == upload->fingerprint);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  answer(input, "ann@a.example");
  answer(input, "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1");
  upload(input);
  const auto receipt = sm::vks::read_receipt(input, "0AF2BA89F9B5B1B8B3F2C0D4B3B0C0E6C4D6D9A1");
  if (receipt) require(!receipt->token.empty() && receipt->addresses.size() <= sm::vks::max_addresses);
  require(sm::vks::read_complaint(input).size() <= 200);
  const auto query = sm::vks::parse_query(input, to_ascii);
  if (query) {
    // One segment, whatever stands in it.
    static const sm::net::Url server = *sm::net::parse_url("https://h.example/");
    const auto segments = sm::vks::url_of(server, *query).segments();
    require(segments.size() == 4 && segments.back() == query->value);
    require(sm::vks::parse_query(query->value, to_ascii).has_value());
  }
  return 0;
}
