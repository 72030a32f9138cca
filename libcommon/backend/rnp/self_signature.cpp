#include "backend/rnp/self_signature.hpp"

#include <algorithm>
#include <utility>

#include "backend/rnp/framing.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

void append_number(std::string& to, std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) to += static_cast<char>(value >> shift & 0xff);
}

std::string octets_of(std::uint32_t value) {
  std::string text;
  append_number(text, value, 4);
  return text;
}

std::string formatted(const std::vector<Subpacket>& subpackets) {
  std::string area;
  for (const Subpacket& subpacket : subpackets) {
    const std::size_t size = subpacket.data.size() + 1;
    // RFC 9580 §5.2.3.7, as for packets but for partial lengths.
    if (size < 192) {
      append_number(area, size, 1);
    } else if (size < 16320) {
      append_number(area, size - 192 + (192 << 8), 2);
    } else {
      append_number(area, 255, 1);
      append_number(area, size, 4);
    }
    area += static_cast<char>(subpacket.type | (subpacket.critical ? 0x80 : 0));
    area += subpacket.data;
  }
  return area;
}

void append_sized(std::string& to, std::string_view area) {
  append_number(to, area.size(), 2);
  to += area;
}

std::optional<std::vector<Subpacket>> parsed(std::string_view area) {
  std::vector<Subpacket> subpackets;
  const bool whole = for_each_subpacket(area, [&](int type, std::string_view data) {
    subpackets.push_back({type & 0x7f, (type & 0x80) != 0, std::string(data)});
  });
  return whole ? std::optional(std::move(subpackets)) : std::nullopt;
}

}  // namespace

std::optional<SignatureTemplate> SignatureTemplate::of(std::string_view body) {
  const auto areas = signature_areas(body);
  auto hashed = areas ? parsed(areas->hashed) : std::nullopt;
  auto unhashed = areas ? parsed(areas->unhashed) : std::nullopt;
  if (!hashed || !unhashed) return std::nullopt;
  SignatureTemplate result(static_cast<unsigned char>(body[1]));
  result.hashed_ = *std::move(hashed);
  result.unhashed_ = *std::move(unhashed);
  return result;
}

const Subpacket* SignatureTemplate::find(int type) const {
  const auto found = std::find_if(hashed_.rbegin(), hashed_.rend(),
                                  [&](const Subpacket& subpacket) { return subpacket.type == type; });
  return found == hashed_.rend() ? nullptr : &*found;
}

std::uint32_t SignatureTemplate::number(int type) const {
  const Subpacket* found = find(type);
  if (!found || found->data.size() != 4) return 0;
  std::uint32_t value = 0;
  for (const char c : found->data) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

bool SignatureTemplate::flag(int type) const {
  const Subpacket* found = find(type);
  return found && !found->data.empty() && found->data.front() != 0;
}

void SignatureTemplate::remove(int type) {
  const auto has_type = [&](const Subpacket& subpacket) { return subpacket.type == type; };
  std::erase_if(hashed_, has_type);
  std::erase_if(unhashed_, has_type);
}

void SignatureTemplate::set(int type, std::string data) {
  remove(type);
  hashed_.push_back({type, false, std::move(data)});
}

void SignatureTemplate::set_number(int type, std::uint32_t value) {
  set(type, octets_of(value));
}

std::string SignatureTemplate::signed_by(const SigningKey& signer, std::int64_t created,
                                         std::string_view context) const {
  const std::string issuer = hex_decode(signer.fingerprint()).value();
  SignatureTemplate complete = *this;
  for (const int type : {signature_creation_time, issuer_key_id, issuer_fingerprint}) complete.remove(type);
  complete.hashed_.insert(complete.hashed_.begin(),
                          {Subpacket{issuer_fingerprint, false, "\x04" + issuer},
                           Subpacket{signature_creation_time, false, octets_of(static_cast<std::uint32_t>(created))}});
  complete.unhashed_.push_back({issuer_key_id, false, issuer.substr(12)});

  std::string body("\x04");
  for (const int field : {type_, signer.algorithm(), signer.hash()}) body += static_cast<char>(field);
  append_sized(body, formatted(complete.hashed_));
  std::string data(context);
  data.append(body).append("\x04\xff");
  append_number(data, body.size(), 4);
  append_sized(body, formatted(complete.unhashed_));
  return body + signer.sign(data);
}

std::string key_context(std::string_view public_part) {
  std::string context("\x99");
  append_sized(context, public_part);
  return context;
}

std::string identity_context(std::string_view public_part, int tag, std::string_view body) {
  std::string context = key_context(public_part) + (tag == packet_user_id ? '\xb4' : '\xd1');
  append_number(context, body.size(), 4);
  return context.append(body);
}

std::string subkey_context(std::string_view primary_part, std::string_view subkey_part) {
  return key_context(primary_part) + key_context(subkey_part);
}

}  // namespace sm::rnp
