#include "autocrypt/header.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "crypto/packets.hpp"
#include "mime/address.hpp"
#include "text/ascii.hpp"
#include "text/base64.hpp"

namespace sm::autocrypt {

namespace {

constexpr std::size_t line_columns = 76;  // of keydata, behind one blank

Unexpected malformed(std::string message) {
  return fail(ErrorKind::data, "autocrypt.malformed", std::move(message));
}

Result<std::string> decode_keydata(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return !is_space(c); });
  auto bytes = base64_decode(digits);
  if (!bytes || bytes->empty())
    return fail(ErrorKind::data, "autocrypt.keydata", "keydata is not base64, or not the last attribute");
  return *std::move(bytes);
}

// "name=value" as it stands between semicolons; names are taken in any case.
struct Attribute {
  std::string name;
  std::string_view value;
};

Result<Attribute> split_attribute(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) return malformed("an attribute without a value");
  Attribute attribute{lower(trim(text.substr(0, equals))), trim(text.substr(equals + 1))};
  if (attribute.name.empty()) return malformed("an attribute without a name");
  return attribute;
}

// The packets from one key or user ID up to the next: it and its signatures.
struct Group {
  int tag = 0;
  std::string subject;  // the key or user ID alone
  std::string bytes;
};

std::vector<Group> groups_of(const std::vector<Packet>& packets) {
  std::vector<Group> groups;
  for (const Packet& packet : packets) {
    if (packet.tag != packet_signature || groups.empty())
      groups.push_back({packet.tag, std::string(packet.raw), std::string(packet.raw)});
    else
      groups.back().bytes += packet.raw;
  }
  return groups;
}

Unexpected no_encryption_key(const Fingerprint& fingerprint, Unusable why) {
  switch (why) {
    case Unusable::revoked:
      return fail(ErrorKind::key, "key.revoked", "the certificate " + fingerprint + " is revoked");
    case Unusable::expired:
      return fail(ErrorKind::key, "key.expired", "the certificate " + fingerprint + " has expired");
    default:
      return fail(ErrorKind::key, "key.unusable", "the certificate " + fingerprint + " has no key to encrypt to");
  }
}

}  // namespace

Result<Attributes> parse_field(const mime::Field& field) {
  if (field.raw.size() > max_field)
    return fail(ErrorKind::data, "autocrypt.too-long", "the Autocrypt field is longer than 10 KiB");
  const std::string text = mime::unfold(field.body);
  Attributes result;
  std::vector<std::string> seen;
  for (std::string_view rest = text;;) {
    const std::size_t end = rest.find(';');
    // keydata is the last one, so that what stands behind a semicolon there spoils its base64.
    Attribute attribute = SM_TRY(split_attribute(rest.substr(0, end)));
    if (std::ranges::find(seen, attribute.name) != seen.end()) return malformed(attribute.name + " stands twice");
    if (attribute.name == "keydata") {
      result.keydata = SM_TRY(decode_keydata(rest.substr(rest.find('=') + 1)));
      break;
    }
    if (attribute.name == "addr") {
      auto address = mime::parse_address(attribute.value);
      if (!address) return malformed("addr is no address");
      result.address = *std::move(address);
    } else if (attribute.name == "prefer-encrypt") {
      result.mutual = attribute.value == "mutual";
    } else if (!attribute.name.starts_with('_')) {
      return fail(ErrorKind::data, "autocrypt.critical-attribute", "an attribute that Level 1 does not know");
    }
    seen.push_back(std::move(attribute.name));
    if (end == std::string_view::npos) return malformed("there is no keydata");
    rest.remove_prefix(end + 1);
  }
  if (result.address.empty()) return malformed("there is no addr");
  return result;
}

Result<Attributes> sender_attributes(const mime::Header& header) {
  const auto nothing = [](std::string_view code, std::string message) {
    return fail(ErrorKind::data, code, std::move(message));
  };
  if (header.count("Autocrypt") == 0) return nothing("autocrypt.no-header", "no Autocrypt field");
  const std::string from = mime::only_address(header, "From");
  if (from.empty()) return nothing("autocrypt.from", "From does not name exactly one address");
  const mime::Field* type = header.find("Content-Type");
  if (type && mime::parse_content_type(type->body).value == "multipart/report")
    return nothing("autocrypt.report", "a report that no person wrote");
  // RFC 3834 §5: a keyword, parameters may follow.
  for (const mime::Field& field : header.fields)
    if (field.is("Auto-Submitted") && mime::parse_parameterized(field.body).value == "auto-replied")
      return nothing("autocrypt.auto-replied", "an automatic reply");

  std::optional<Attributes> valid;
  std::optional<Error> why;
  for (const mime::Field& field : header.fields) {
    if (!field.is("Autocrypt")) continue;
    auto attributes = parse_field(field);
    if (!attributes) {
      if (!why) why = std::move(attributes).error();
    } else if (attributes->address != from) {
      if (!why) why = nothing("autocrypt.address", "the Autocrypt field is of another address than From").error;
    } else if (valid) {
      return nothing("autocrypt.several", "more than one valid Autocrypt field");
    } else {
      valid = *std::move(attributes);
    }
  }
  if (!valid) return Unexpected{*std::move(why)};
  return *std::move(valid);
}

Result<std::string> minimal_certificate(CertificateReader& reader, std::string_view certificate,
                                        const std::string& address, std::int64_t now) {
  const CertificateInfo info = SM_TRY(reader.inspect(certificate));
  const UserId* user_id = nullptr;
  for (const UserId& candidate : info.user_ids) {
    if (!candidate.valid || mime::user_id_address(candidate.text) != address) continue;
    if (!user_id || candidate.primary) user_id = &candidate;
  }
  if (!user_id)
    return fail(ErrorKind::key, "autocrypt.no-user-id", info.fingerprint() + " has no user ID of " + address);
  const KeyChoice choice = encryption_key(info, now);
  if (!choice.key) return no_encryption_key(info.fingerprint(), choice.why);

  const std::string stripped = SM_TRY(reader.strip(certificate, std::vector{user_id->text}, true));
  const auto packets = SM_TRY(split_packets(stripped));
  const auto groups = groups_of(packets);
  if (groups.empty() || groups.front().tag != packet_public_key)
    return fail(ErrorKind::data, "crypto.bad-certificate", info.fingerprint() + " can't be cut to one user ID");
  std::string identity;
  for (const Group& group : groups)
    if (group.tag == packet_user_id) identity += group.bytes;
  std::string subkey;
  for (const Group& group : groups) {
    if (group.tag != packet_public_subkey) continue;
    const CertificateInfo alone = SM_TRY(reader.inspect(groups.front().bytes + identity + group.bytes));
    if (!alone.subkeys.empty() && alone.subkeys.front().fingerprint == choice.key->fingerprint) subkey = group.bytes;
  }
  const std::string whole = groups.front().bytes + identity + subkey;
  std::string bare = groups.front().subject + identity + subkey;
  const CertificateInfo without = SM_TRY(reader.inspect(bare));
  if (without.primary == info.primary) return bare;
  return whole;
}

Result<std::string> format_field(std::string_view address, std::string_view certificate, std::string_view eol) {
  // Attributes know no quoting: what would end one can't stand in it.
  const bool plain = std::ranges::all_of(address, [](char c) { return c > ' ' && c < '\x7f' && c != ';'; });
  if (!plain)
    return fail(ErrorKind::usage, "autocrypt.address",
                "the address can't stand in an Autocrypt field: " + std::string(address));
  std::string field = "Autocrypt: addr=" + std::string(address) + "; keydata=";
  const std::string digits = base64_encode(certificate);
  for (std::size_t at = 0; at < digits.size(); at += line_columns)
    field.append(eol).append(" ").append(digits, at, line_columns);
  field += eol;
  if (field.size() > max_field)
    return fail(ErrorKind::data, "autocrypt.too-long", "the Autocrypt field would be longer than 10 KiB",
                "other keys than RSA of 3072 bits or Curve25519 are too long for it");
  return field;
}

}  // namespace sm::autocrypt
