#include "mime/address.hpp"

#include <algorithm>
#include <utility>

#include "mime/header.hpp"
#include "text/ascii.hpp"
#include "text/printable.hpp"

namespace sm::mime {
namespace {

constexpr std::size_t max_mailboxes = 10'000;
constexpr std::size_t max_address = 998;  // RFC 5322 §2.1.1: a line

// RFC 5322 §3.2.3, with UTF-8 (RFC 6532 §3.2) and whatever other 8bit bytes a display name was written in.
bool is_atext(char c) {
  return is_alpha(c) || is_digit(c) || (c & 0x80) != 0 ||
         std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

bool is_control(char c) {
  return (c >= '\0' && c < ' ') || c == 0x7F;
}

// C0, DEL, and C1 as UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text[i])) return true;
    if (text[i] == '\xC2' && i + 1 < text.size() && (text[i + 1] & 0xE0) == 0x80) return true;
  }
  return false;
}

// Controls other than tabs and the line ends of folds.
bool has_stray_control(std::string_view body) {
  for (std::size_t i = 0; i < body.size(); ++i) {
    if (!is_control(body[i]) || body[i] == '\t') continue;
    if (body[i] != '\r' && body[i] != '\n') return true;
    if (body[i] == '\r' && i + 1 < body.size() && body[i + 1] == '\n') ++i;
    if (i + 1 < body.size() && !is_blank(body[i + 1])) return true;
  }
  return false;
}

struct Token {
  enum class Kind { atom, quoted, literal, special, end };
  Kind kind = Kind::end;
  std::string text;           // quoted: its content; literal: with its brackets
  bool space_before = false;  // white space or a comment

  bool is(char c) const { return kind == Kind::special && text[0] == c; }
  bool is_word() const { return kind == Kind::atom || kind == Kind::quoted; }
};

// Tokens of a structured field (RFC 5322 §3.2), unfolded.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) { advance(); }

  const Token& peek() const { return token_; }
  // Whether the text up to peek() is well-formed. What is not ends the tokens.
  bool valid() const { return valid_; }
  // Whether there was white space or a comment so far.
  bool spaced() const { return spaced_; }

  Token take() {
    Token taken = std::exchange(token_, Token());
    advance();
    return taken;
  }

  bool take(char special) {
    if (!token_.is(special)) return false;
    advance();
    return true;
  }

 private:
  void advance() {
    token_ = {};
    while (at_ < text_.size() && (is_blank(text_[at_]) || text_[at_] == '(')) {
      at_ = text_[at_] == '(' ? comment_end(text_, at_) : at_ + 1;
      token_.space_before = spaced_ = true;
    }
    if (at_ == text_.size()) return;
    if (at_ > text_.size() || !scan()) {
      valid_ = false;
      token_ = {};
      at_ = text_.size();
    }
  }

  bool scan() {
    const std::size_t begin = at_;
    if (is_atext(text_[at_])) {
      while (at_ < text_.size() && is_atext(text_[at_])) ++at_;
      token_.kind = Token::Kind::atom;
    } else if (text_[at_] == '"') {
      token_.kind = Token::Kind::quoted;
      at_ = quoted_string_end(text_, at_, token_.text);
      return at_ != std::string_view::npos;
    } else if (text_[at_] == '[') {
      // RFC 5322 §3.4.1 dtext; white space and quoted pairs in it are obsolete and of no use.
      const auto is_dtext = [](char c) { return c > ' ' && c < 0x7F && c != '[' && c != ']' && c != '\\'; };
      ++at_;
      while (at_ < text_.size() && is_dtext(text_[at_])) ++at_;
      if (at_ == begin + 1 || at_ == text_.size() || text_[at_] != ']') return false;
      ++at_;
      token_.kind = Token::Kind::literal;
    } else {
      if (std::string_view("<>@,;:.").find(text_[at_]) == std::string_view::npos) return false;
      ++at_;
      token_.kind = Token::Kind::special;
    }
    token_.text = text_.substr(begin, at_ - begin);
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool valid_ = true;
  bool spaced_ = false;
  Token token_;
};

// Words and dots: the beginning of every address, whether they turn out to be a local part or a display name.
std::vector<Token> take_words(Lexer& in) {
  std::vector<Token> words;
  while (in.peek().is_word() || in.peek().is('.')) words.push_back(in.take());
  return words;
}

bool is_dot_atom(std::string_view text) {
  bool dot = true;  // a dot may not stand here
  for (const char c : text) {
    if (c == '.' ? dot : !is_atext(c)) return false;
    dot = c == '.';
  }
  return !dot;
}

// RFC 5322 §3.4.1 local-part and obs-local-part: words with dots between them.
std::optional<std::string> local_part(const std::vector<Token>& words) {
  if (words.size() % 2 == 0) return std::nullopt;
  std::string content;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].is_word() != (i % 2 == 0)) return std::nullopt;
    content += words[i].text;
  }
  if (is_dot_atom(content)) return content;
  std::string quoted = "\"";
  for (const char c : content) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted += '"';
}

std::optional<std::string> take_domain(Lexer& in) {
  if (in.peek().kind == Token::Kind::literal) return in.take().text;
  std::string domain;
  do {
    if (in.peek().kind != Token::Kind::atom) return std::nullopt;
    if (!domain.empty()) domain += '.';
    domain += in.take().text;
  } while (in.take('.'));
  return domain;
}

// The rest of an addr-spec whose local part is `words`.
std::optional<std::string> take_addr_spec(Lexer& in, const std::vector<Token>& words) {
  std::optional<std::string> address = local_part(words);
  if (!address || !in.take('@')) return std::nullopt;
  const std::optional<std::string> domain = take_domain(in);
  if (!domain) return std::nullopt;
  *address += '@';
  *address += *domain;
  if (address->size() > max_address || has_control(*address) || !is_utf8(*address)) return std::nullopt;
  return lower(*address);
}

// RFC 5322 §4.4 obs-route: "@a,@b:" before an addr-spec.
bool skip_route(Lexer& in) {
  if (!in.peek().is('@')) return true;
  while (!in.take(':')) {
    if (in.take(',')) continue;
    if (!in.take('@') || !take_domain(in)) return false;
  }
  return true;
}

// A phrase for showing. Encoded words are words of their own, never parts of quoted strings (RFC 2047 §5).
std::string show_phrase(const std::vector<Token>& words) {
  std::string shown;
  std::string plain;  // neighbours are decoded together
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string& to = words[i].kind == Token::Kind::quoted ? shown : plain;
    if (words[i].kind == Token::Kind::quoted || (i > 0 && words[i - 1].kind == Token::Kind::quoted)) {
      shown += display_text(plain);
      plain.clear();
      if (i > 0 && words[i].space_before) shown += ' ';
    } else if (i > 0 && words[i].space_before) {
      plain += ' ';
    }
    to += words[i].text;
  }
  return shown += display_text(plain);
}

// RFC 5322 §3.2.5 phrase and obs-phrase.
bool is_phrase(const std::vector<Token>& words) {
  return !words.empty() && words[0].is_word();
}

// What follows `words`: the rest of a mailbox.
std::optional<Mailbox> take_mailbox(Lexer& in, const std::vector<Token>& words) {
  Mailbox mailbox;
  std::optional<std::string> address;
  if (in.take('<')) {
    if (!words.empty() && !is_phrase(words)) return std::nullopt;
    if (!skip_route(in)) return std::nullopt;
    address = take_addr_spec(in, take_words(in));
    if (!in.take('>')) return std::nullopt;
    mailbox.name = show_phrase(words);
  } else {
    address = take_addr_spec(in, words);
  }
  if (!address) return std::nullopt;
  mailbox.address = std::move(*address);
  return mailbox;
}

}  // namespace

std::optional<std::vector<Mailbox>> parse_mailboxes(std::string_view body) {
  if (has_stray_control(body)) return std::nullopt;
  const std::string text = unfold(body);
  Lexer in(text);
  std::vector<Mailbox> mailboxes;
  bool in_group = false;
  for (;;) {
    // RFC 5322 §4.4 obs-addr-list: elements may be empty.
    while (in.take(',')) {
    }
    if (in.peek().kind == Token::Kind::end) break;
    if (!in.peek().is(';')) {
      const std::vector<Token> words = take_words(in);
      if (!in_group && is_phrase(words) && in.take(':')) {
        in_group = true;
        continue;
      }
      std::optional<Mailbox> mailbox = take_mailbox(in, words);
      if (!mailbox || mailboxes.size() == max_mailboxes) return std::nullopt;
      mailboxes.push_back(std::move(*mailbox));
    }
    if (in_group && in.take(';')) in_group = false;
    if (!in.peek().is(',') && in.peek().kind != Token::Kind::end) return std::nullopt;
  }
  if (in_group || !in.valid()) return std::nullopt;
  return mailboxes;
}

std::optional<std::string> parse_address(std::string_view text) {
  // No white space, no comments: they are no part of an addr-spec that stands alone, and what a user typed around it is
  // a mistake.
  if (has_control(text)) return std::nullopt;
  Lexer in(text);
  std::optional<std::string> address = take_addr_spec(in, take_words(in));
  if (in.spaced() || !in.valid() || in.peek().kind != Token::Kind::end) return std::nullopt;
  return address;
}

std::optional<std::string> user_id_address(std::string_view user_id) {
  // The name may be in a character set of the nineties; an address in it is looked for below all the same.
  if (has_control(user_id)) return std::nullopt;
  user_id = trim(user_id);
  if (!user_id.ends_with('>')) return parse_address(user_id);
  const std::size_t open = user_id.find('<');
  if (open == std::string_view::npos || user_id.rfind('<') != open || user_id.find('>') != user_id.size() - 1) {
    return std::nullopt;
  }
  std::optional<std::string> address = parse_address(user_id.substr(open + 1, user_id.size() - open - 2));
  if (!address) return std::nullopt;
  // The name is free text. An address in it would be a second one, unless it is the same again, which ProtonMail
  // writes.
  constexpr std::string_view separators = " ,;:()[]\"'\\";
  std::string_view name = user_id.substr(0, open);
  while (!name.empty()) {
    const std::size_t end = std::min(name.find_first_of(separators), name.size());
    std::string_view word = name.substr(0, end);
    while (word.ends_with('.')) word.remove_suffix(1);
    while (word.starts_with('.')) word.remove_prefix(1);
    const std::size_t sign = word.find('@');
    const bool looks_like_one = sign != std::string_view::npos && sign > 0 && sign + 1 < word.size();
    if (looks_like_one && parse_address(word) != address) return std::nullopt;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return address;
}

std::string only_address(const Header& header, std::string_view name) {
  if (header.count(name) != 1 || hides_field(header, name)) return {};
  const auto mailboxes = parse_mailboxes(header.find(name)->body);
  return mailboxes && mailboxes->size() == 1 ? mailboxes->front().address : std::string();
}

}  // namespace sm::mime
