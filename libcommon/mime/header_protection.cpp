#include "mime/header_protection.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "mime/entity_header.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::mime {
namespace {

constexpr std::string_view crlf = "\r\n";
constexpr std::string_view obscured_subject = "[...]";

bool is_bcc(const Field& field) {
  return field.is("Bcc") || field.is("Resent-Bcc");
}

bool is_hidden_outside(const Field& field) {
  return field.is("Keywords") || field.is("Comments");
}

bool is_unstructured(const Field& field) {
  return field.is("Subject") || field.is("Comments") || field.is("Organization");
}

bool is_about_answers(const Field& field) {
  return std::ranges::any_of(std::array{"To", "Cc", "Reply-To", "Mail-Reply-To", "Mail-Followup-To", "Followup-To"},
                             [&](const char* name) { return field.is(name); });
}

bool has_long_line(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find(crlf), lines.size());
    if (end > longest_line) return true;
    lines.remove_prefix(std::min(end + crlf.size(), lines.size()));
  }
  return false;
}

// The copy of a field that a signature can carry; empty if there is none.
std::string seven_bit_copy(const Field& field, std::string copy) {
  if (has_8bit(copy)) {
    if (!is_unstructured(field) || !is_utf8(field.body)) return {};
    copy = fold_field(field.name, encoded_words(display_text(unfold(field.body))), crlf);
  }
  if (!has_long_line(copy)) return copy;
  copy = fold_field(field.name, unfold(field.body), crlf);
  return has_long_line(copy) || has_8bit(copy) ? std::string() : copy;
}

bool goes_inside(const Field& field) {
  return is_protected(field) && !is_bcc(field);
}

void end_line(std::string& out, Eol eol) {
  if (!out.empty() && out.back() != '\n' && !(eol == Eol::cr && out.back() == '\r')) out += eol_text(eol);
}

// The fields of each name, in lower case.
using Index = std::map<std::string, std::vector<const Field*>>;

Index index_of(const Header& header) {
  Index index;
  for (const Field& field : header.fields) {
    if (!field.name.empty()) index[lower(field.name)].push_back(&field);
  }
  return index;
}

// What all fields of a name say, for comparison.
std::vector<std::string> said(const Index& index, const std::string& name) {
  std::vector<std::string> bodies;
  const auto found = index.find(name);
  if (found == index.end()) return bodies;
  for (const Field* const field : found->second) bodies.push_back(display_text(unfold(field->body)));
  return bodies;
}

}  // namespace

bool is_of_transport(const Field& field) {
  constexpr std::array names{"SM-Verdict", "Authentication-Results", "Return-Path", "Delivered-To", "SM-At-Rest"};
  constexpr std::array beginnings{"ARC-", "Received", "DKIM-", "X-Spam-"};
  return std::ranges::any_of(names, [&](const char* name) { return field.is(name); }) ||
         std::ranges::any_of(beginnings, [&](const char* name) { return starts_with_ignoring_case(field.name, name); });
}

bool is_protected(const Field& field) {
  return !field.name.empty() && !field.is_content() && !field.is("MIME-Version") && !field.is("HP-Outer") &&
         !field.is("Autocrypt-Gossip") && !is_of_transport(field);
}

std::string obscured_header(const Header& header, std::string_view eol) {
  std::string out;
  bool has_subject = false;
  for (const Field& field : header.fields) {
    if (is_hidden_outside(field)) continue;
    if (!field.is("Subject")) {
      out += field.raw;
      continue;
    }
    if (!has_subject) out.append("Subject: ").append(obscured_subject).append(eol);
    has_subject = true;
  }
  return out;
}

ProtectedFields protected_fields(const Header& header, const Header& outside, Protection protection, bool seven_bit,
                                 bool lone_cr) {
  ProtectedFields result;
  std::vector<std::pair<const Field*, std::string>> copies;
  for (const Field& field : header.fields) {
    if (!goes_inside(field)) continue;
    std::string copy = clean_field(field, lone_cr);
    if (seven_bit) copy = seven_bit_copy(field, std::move(copy));
    if (copy.empty()) result.left_out.push_back(lower(field.name));
    copies.emplace_back(&field, std::move(copy));
  }
  // All of a name or none: whoever restores them takes those inside for all there were.
  for (const auto& [field, copy] : copies) {
    if (std::ranges::find(result.left_out, lower(field->name)) == result.left_out.end()) result.text += copy;
  }
  if (protection != Protection::cipher) return result;
  for (const Field& field : outside.fields) {
    if (goes_inside(field)) result.text += "HP-Outer: " + clean_field(field, lone_cr);
  }
  return result;
}

std::string unmarked(std::string_view body) {
  return without_parameters(body, {"hp", "protected-headers", "hp-legacy-display"});
}

std::string marked_header(std::string_view text, Protection protection) {
  const Header header = parse_header(text);
  const std::string marks =
      std::string(protection == Protection::cipher ? "hp=\"cipher\"" : "hp=\"clear\"") + "; protected-headers=\"v1\"";
  std::string out;
  bool marked = false;
  for (const Field& field : header.fields) {
    if (!marked && field.is("Content-Type")) {
      out += with_parameters(std::string(field.name) + ":" + unmarked(field.body) + "\r\n", marks);
      marked = true;
    } else {
      out += field.raw;
    }
  }
  if (!marked) out += "Content-Type: text/plain;\r\n " + marks + "\r\n";
  return out;
}

std::optional<HeaderMark> header_mark(const Parameterized& content_type) {
  if (const std::string* const hp = content_type.find("hp")) {
    if (equal_ignoring_case(*hp, "cipher")) return HeaderMark{Protection::cipher, false};
    if (equal_ignoring_case(*hp, "clear")) return HeaderMark{Protection::clear, false};
  }
  const std::string* const older = content_type.find("protected-headers");
  if (older && equal_ignoring_case(*older, "v1")) return HeaderMark{Protection::none, true};
  return std::nullopt;
}

std::string restored_header(const Header& outer, const Header& inside, const HeaderMark& mark, bool keep_from, Eol eol,
                            bool inside_lone_cr) {
  const auto replaces = [&](const Field& field) { return is_protected(field) && !(keep_from && field.is("From")); };
  const Index before = index_of(outer);
  const Index after = index_of(inside);
  std::map<std::string, std::size_t> written;
  std::string out;
  // Those of `name` from the first that is not written yet: one, or all.
  const auto write = [&](const std::string& name, bool one) {
    std::size_t& done = written[name];
    const std::vector<const Field*>& fields = after.at(name);
    for (; done < fields.size(); ++done) {
      out += with_line_ends(clean_field(*fields[done], inside_lone_cr), eol);
      if (one) {
        ++done;
        return;
      }
    }
  };
  for (const Field& field : outer.fields) {
    const std::string name = lower(field.name);
    const auto other = replaces(field) ? after.find(name) : after.end();
    end_line(out, eol);
    if (other != after.end()) {
      // One for one, so that blocks such as Resent-* keep their order (RFC 5322 §3.6.6).
      write(name, other->second.size() == before.at(name).size());
    } else if (mark.protection != Protection::cipher || !is_about_answers(field)) {
      out += field.raw;
    }
  }
  end_line(out, eol);
  for (const Field& field : inside.fields) {
    if (replaces(field) && !(mark.older && field.is("Subject"))) write(lower(field.name), false);
  }
  return out;
}

std::vector<std::string> altered_fields(const Header& outer, const Header& inside) {
  std::string sent;  // the fields as HP-Outer says they stood outside
  for (const Field& field : inside.fields) {
    if (field.is("HP-Outer")) sent.append(trim(field.body)).append("\n");
  }
  const Header shown = parse_header(sent);
  const Index outside = index_of(shown);
  const Index before = index_of(outer);
  const Index after = index_of(inside);
  std::vector<std::string> names;
  for (const auto& [name, fields] : after) {
    if (!is_protected(*fields.front()) || !before.contains(name)) continue;
    const auto now = said(before, name);
    if (now == said(after, name) || now == said(outside, name)) continue;
    if (name == "subject" && now.size() == 1 && (now[0] == obscured_subject || now[0] == "...")) continue;
    names.push_back(name);
  }
  // One that was added tells where answers go.
  for (const char* name : {"reply-to", "mail-reply-to", "mail-followup-to", "followup-to"}) {
    if (before.contains(name) && !after.contains(name)) names.emplace_back(name);
  }
  return names;
}

}  // namespace sm::mime
