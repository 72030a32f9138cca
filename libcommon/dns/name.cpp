#include "dns/name.hpp"

#include <algorithm>

#include "text/ascii.hpp"

namespace sm::dns {
namespace {

Unexpected bad_name(std::string_view text, std::string_view why) {
  constexpr std::size_t shown = 300;
  return fail(ErrorKind::data, "dns.bad-name",
              "not a domain name: \"" + std::string(text.substr(0, shown)) + "\": " + std::string(why));
}

// The octet that the escape at `at` (behind the backslash) stands for; `at` moves behind it. -1: none.
int escaped(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return -1;
  if (!is_digit(text[at])) return static_cast<unsigned char>(text[at++]);
  if (text.size() - at < 3 || !is_digit(text[at + 1]) || !is_digit(text[at + 2])) return -1;
  const int value = (text[at] - '0') * 100 + (text[at + 1] - '0') * 10 + (text[at + 2] - '0');
  at += 3;
  return value > 255 ? -1 : value;
}

void append_label_text(std::string_view label, std::string& out) {
  for (const char c : label) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet <= ' ' || octet >= 0x7F) {
      out += {'\\', static_cast<char>('0' + octet / 100), static_cast<char>('0' + octet / 10 % 10),
              static_cast<char>('0' + octet % 10)};
    } else {
      // RFC 1035 §5.1: what means something to a reader of zone text is quoted.
      if (std::string_view("\".;()@$\\").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
}

}  // namespace

Result<Name> Name::parse(std::string_view text) {
  if (text == ".") return Name();
  if (text.empty()) return bad_name(text, "it is empty");
  std::string wire;
  std::string label;
  const auto end_label = [&] {
    wire += static_cast<char>(label.size());
    wire += label;
    label.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at++];
    if (c == '.') {
      if (label.empty()) return bad_name(text, "a label is empty");
      end_label();
      continue;
    }
    int octet = static_cast<unsigned char>(c);
    if (c == '\\') octet = escaped(text, at);
    if (octet < 0) return bad_name(text, "bad escape");
    if (c != '\\' && (octet <= ' ' || octet >= 0x7F)) return bad_name(text, "blank, control or non-ASCII character");
    if (label.size() == max_label) return bad_name(text, "a label has more than 63 octets");
    label += static_cast<char>(octet);
    if (wire.size() + label.size() > max_name) return bad_name(text, "more than 255 octets");
  }
  if (!label.empty()) end_label();
  wire += '\0';
  if (wire.size() > max_name) return bad_name(text, "more than 255 octets");
  return Name(std::move(wire));
}

Result<Name> Name::from_wire(std::string_view wire) {
  std::size_t at = 0;
  while (at < wire.size() && wire[at] != 0) {
    const std::size_t length = static_cast<unsigned char>(wire[at]);
    if (length > max_label) return bad_name("", "bad label");
    at += 1 + length;
  }
  if (at + 1 != wire.size() || wire.size() > max_name) return bad_name("", "bad length");
  return Name(std::string(wire));
}

Result<Name> Name::join(const Name& prefix, const Name& suffix) {
  std::string wire = prefix.wire_;
  wire.pop_back();
  wire += suffix.wire_;
  if (wire.size() > max_name) return bad_name(prefix.text() + "." + suffix.text(), "more than 255 octets");
  return Name(std::move(wire));
}

std::vector<std::string_view> Name::labels() const {
  std::vector<std::string_view> labels;
  const std::string_view wire = wire_;
  for (std::size_t at = 0; wire[at] != 0;) {
    const std::size_t length = static_cast<unsigned char>(wire[at]);
    labels.push_back(wire.substr(at + 1, length));
    at += 1 + length;
  }
  return labels;
}

std::string Name::absolute() const {
  if (is_root()) return ".";
  std::string text;
  for (const std::string_view label : labels()) {
    append_label_text(label, text);
    text += '.';
  }
  return text;
}

std::string Name::text() const {
  std::string text = absolute();
  if (!is_root()) text.pop_back();
  return text;
}

std::string Name::key() const {
  // A length octet is at most 63, so that it is no letter.
  return lower(wire_);
}

Name Name::parent() const {
  if (is_root()) return {};
  return Name(wire_.substr(1 + static_cast<unsigned char>(wire_[0])));
}

bool Name::is_within(const Name& ancestor) const {
  const std::string_view wire = wire_;
  for (std::size_t at = 0; wire.size() - at >= ancestor.wire_.size(); at += 1 + static_cast<unsigned char>(wire[at])) {
    if (equal_ignoring_case(wire.substr(at), ancestor.wire_)) return true;
    if (wire[at] == 0) break;
  }
  return false;
}

bool Name::operator==(const Name& other) const {
  return equal_ignoring_case(wire_, other.wire_);
}

std::strong_ordering Name::operator<=>(const Name& other) const {
  const std::size_t common = std::min(wire_.size(), other.wire_.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto a = static_cast<unsigned char>(to_lower(wire_[i]));
    const auto b = static_cast<unsigned char>(to_lower(other.wire_[i]));
    if (a != b) return a <=> b;
  }
  return wire_.size() <=> other.wire_.size();
}

Result<Name> host_name(std::string_view text, ToAscii to_ascii) {
  if (!has_8bit(text)) return Name::parse(text);
  return Name::parse(SM_TRY(to_ascii(text)));
}

}  // namespace sm::dns
