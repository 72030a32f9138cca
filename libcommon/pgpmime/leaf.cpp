#include "pgpmime/leaf.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "mime/decoded_body.hpp"
#include "mime/header.hpp"
#include "pgpmime/structure.hpp"
#include "text/ascii.hpp"

namespace sm::pgpmime {

namespace {

constexpr std::size_t max_blank_html = 16 * 1024;
constexpr std::size_t max_version = 1024;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::size_t max_binary_signature = 64 * 1024;

bool is_session_key(int tag) {
  return tag == packet_pkesk || tag == packet_skesk;
}

// HTML that shows nothing: Exchange puts it where the text was empty. No word, no picture, nothing that is fetched.
bool is_blank_html(std::string_view html) {
  constexpr std::string_view known[] = {"!doctype", "html", "head", "meta", "title", "body",
                                        "div",      "p",    "br",   "span", "font"};
  while (!html.empty()) {
    if (is_space(html.front())) {
      html.remove_prefix(1);
    } else if (starts_with_ignoring_case(html, "&nbsp;")) {
      html.remove_prefix(6);
    } else if (html.front() == '<') {
      const std::size_t end = html.find('>');
      if (end == std::string_view::npos) return false;
      std::string_view tag = html.substr(1, end - 1);
      if (tag.starts_with('/')) tag.remove_prefix(1);
      const std::string name = lower(tag.substr(0, tag.find_first_of(" \t\r\n/")));
      if (std::ranges::find(known, name) == std::end(known) || tag.find("url(") != std::string_view::npos) return false;
      html.remove_prefix(end + 1);
    } else {
      return false;
    }
  }
  return true;
}

// Session key packets (RFC 9580 §5.1, §5.3) as they really are: bytes without armor could be anything.
bool begins_encrypted(std::string_view bytes) {
  const int tag = first_tag(bytes).value_or(0);
  if (!is_session_key(tag) || bytes.size() < 8) return false;
  // No session key packet is so long that its length takes more than two octets.
  PacketHeader header;
  if (read_header(bytes, header) != PacketHeaderState::complete || header.kind != PacketHeader::Length::definite ||
      header.size > 3)
    return false;
  const int version = static_cast<unsigned char>(bytes[header.size]);
  return tag == packet_pkesk ? version == 3 || version == 6 : version >= 4 && version <= 6;
}

// The first tag behind the armor of a message; 0 if it can't be read.
Result<int> tag_in_armor(Document& document, const mime::Part& part, const InlineBlock& block) {
  const auto armor = mime::decoded_range(document, part, block.armor);
  DearmorSource packets(*armor);
  const auto bytes = beginning(packets, 2);
  if (bytes) return first_tag(*bytes).value_or(0);
  if (bytes.error().kind == ErrorKind::data) return 0;
  return Unexpected{bytes.error()};
}

Result<Leaf> look_at_text(Document& document, const mime::Part& part, Leaf leaf) {
  const auto body = mime::decoded_body(document, part);
  leaf.text = SM_TRY(scan_inline(*body));
  leaf.kind = leaf.is_text ? Leaf::Kind::text : Leaf::Kind::other;
  if (!leaf.text.bare || leaf.text.blocks.size() > 1 || leaf.text.too_many) return leaf;
  if (leaf.text.blocks.empty()) {
    if (leaf.is_text) leaf.kind = Leaf::Kind::blank;
    return leaf;
  }
  const InlineBlock& block = leaf.text.blocks.front();
  if (block.malformed) return leaf;
  if (block.kind == InlineBlock::Kind::signature) {
    leaf.kind = Leaf::Kind::signature;
  } else if (block.kind == InlineBlock::Kind::message) {
    const int tag = SM_TRY(tag_in_armor(document, part, block));
    if (is_session_key(tag))
      leaf.kind = Leaf::Kind::encrypted;
    else if (tag == packet_one_pass_signature || tag == packet_signature || tag == packet_compressed)
      leaf.kind = Leaf::Kind::signed_message;
  }
  return leaf;
}

}  // namespace

bool is_plain_text(const mime::PartHeader& header) {
  if (header.content_type.value == "text/plain") return true;
  const std::string* format = header.content_type.find("format");
  return header.content_type.value == "application/pgp" && (!format || equal_ignoring_case(*format, "text"));
}

Result<Leaf> look_at(Document& document, const mime::Part& part) {
  Leaf leaf;
  leaf.is_text = part.header.content_type.value.starts_with("text/") || is_plain_text(part.header);
  if (leaf.is_text) {
    leaf = SM_TRY(look_at_text(document, part, std::move(leaf)));
    if (leaf.kind == Leaf::Kind::text && leaf.text.blocks.empty() && part.header.content_type.value == "text/html") {
      const auto body = mime::decoded_body(document, part);
      const std::string html = SM_TRY(beginning(*body, max_blank_html + 1));
      if (html.size() <= max_blank_html && is_blank_html(html)) leaf.kind = Leaf::Kind::blank;
    }
    return leaf;
  }

  const auto body = mime::decoded_body(document, part);
  const std::string begin = SM_TRY(beginning(*body, max_version));
  if (begins_encrypted(begin)) {
    leaf.kind = Leaf::Kind::encrypted;
  } else if (first_tag(begin) == packet_signature) {
    const auto whole = mime::decoded_body(document, part);
    const auto bytes = SM_TRY(beginning(*whole, max_binary_signature));
    const auto packets = split_packets(bytes);
    if (packets && std::ranges::all_of(*packets, [](const Packet& packet) { return packet.tag == packet_signature; }))
      leaf.kind = Leaf::Kind::signature;
  } else if (is_armored(begin)) {
    return look_at_text(document, part, std::move(leaf));
  } else if (part.header.content_type.value == "application/pgp-encrypted" && begin.size() < max_version) {
    const std::string line = lower(trim(begin));
    constexpr std::string_view name = "version:";
    if (line.starts_with(name) && trim(std::string_view(line).substr(name.size())) == "1")
      leaf.kind = Leaf::Kind::version;
  }
  return leaf;
}

Result<bool> may_become_encrypted(Document& document, const mime::Part& part, bool& blank) {
  const auto body = mime::decoded_body(document, part);
  const std::string begin = SM_TRY(beginning(*body, max_blank_html));
  std::string_view text = begin;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  text = trim(text);
  const std::string& type = part.header.content_type.value;
  std::string_view shown = text;
  if (type == "text/html") {
    // A tag or &nbsp; that is cut off.
    const std::size_t last = shown.find_last_of("<&");
    if (last != std::string_view::npos && shown.find_first_of(">;", last) == std::string_view::npos)
      shown = shown.substr(0, last);
    if (is_blank_html(shown)) shown = {};
  }
  blank = shown.empty();
  if (blank) return true;
  constexpr std::string_view mark = "-----BEGIN PGP MESSAGE-----";
  if (text.starts_with(mark) || mark.starts_with(text)) return true;
  return !type.starts_with("text/") &&
         (begin.size() < 8 || begins_encrypted(begin) || type == "application/pgp-encrypted");
}

std::optional<std::string> without_suffix_of(std::string_view name, std::initializer_list<std::string_view> suffixes) {
  for (const std::string_view suffix : suffixes)
    if (name.size() > suffix.size() && equal_ignoring_case(name.substr(name.size() - suffix.size()), suffix))
      return std::string(name.substr(0, name.size() - suffix.size()));
  return std::nullopt;
}

Result<std::string> file_name(Document& document, const mime::Part& part) {
  const std::string text = SM_TRY(document.text(part.header_bytes, limits::header_bytes));
  const mime::Header header = mime::parse_header(text);
  if (const mime::Field* field = header.find("Content-Disposition")) {
    const mime::Parameterized disposition = mime::parse_parameterized(field->body);
    if (const std::string* name = disposition.find("filename")) return *name;
  }
  const std::string* name = part.header.content_type.find("name");
  return name ? *name : std::string();
}

}  // namespace sm::pgpmime
