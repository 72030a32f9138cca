#include "autocrypt/setup_message.hpp"

#include <algorithm>
#include <optional>

#include "crypto/armor.hpp"
#include "crypto/packets.hpp"
#include "io/filters.hpp"
#include "io/memory.hpp"
#include "mime/address.hpp"
#include "mime/decoded_body.hpp"
#include "text/ascii.hpp"

namespace sm::autocrypt {

namespace {

constexpr std::size_t groups = 9;
constexpr std::size_t group_digits = 4;

Unexpected not_so(std::string_view code, std::string message) {
  return fail(ErrorKind::data, code, std::move(message));
}

// The value of an armor header (RFC 9580 §6.2.2) of the first block of this kind; nullopt if it is not there.
std::optional<std::string_view> armor_header(std::string_view text, std::string_view begin, std::string_view name) {
  std::size_t at = text.find(begin);
  if (at == std::string_view::npos) return std::nullopt;
  at = text.find('\n', at);
  while (at != std::string_view::npos) {
    const std::size_t end = text.find('\n', at + 1);
    const std::string_view line = trim(text.substr(at + 1, end == std::string_view::npos ? end : end - at - 1));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    if (equal_ignoring_case(trim(line.substr(0, colon)), name)) return trim(line.substr(colon + 1));
    at = end;
  }
  return std::nullopt;
}

}  // namespace

bool is_setup_message(const mime::Header& header) {
  return header.count("Autocrypt-Setup-Message") > 0;
}

Result<SetupMessage> read_setup_message(Document& document, const mime::Outline& outline) {
  const mime::Header header = outline.top();
  const mime::Field* version = header.find("Autocrypt-Setup-Message");
  if (!version || header.count("Autocrypt-Setup-Message") != 1 || mime::unfold(version->body) != "v1")
    return not_so("autocrypt.setup-version", "a Setup Message of another version than v1");
  const std::string from = mime::only_address(header, "From");
  if (from.empty() || from != mime::only_address(header, "To"))
    return not_so("autocrypt.setup-address", "a Setup Message that nobody sent to himself: From and To differ");

  const mime::Part& whole = outline.parts.front();
  const mime::Part* setup = nullptr;
  for (const int child : whole.children) {
    const mime::Part& part = outline.part(child);
    if (part.header.content_type.value != "application/autocrypt-setup") continue;
    if (setup) return not_so("autocrypt.setup-message", "more than one part application/autocrypt-setup");
    setup = &part;
  }
  if (whole.header.content_type.value != "multipart/mixed" || !setup)
    return not_so("autocrypt.setup-message", "a Setup Message without its part application/autocrypt-setup");

  if (setup->body.size() > 2 * max_setup) return not_so("io.too-long", "the Setup Message is too long");
  const auto body = mime::decoded_body(document, *setup);
  const std::string text = SM_TRY(read_all(*body, 2 * max_setup));
  auto blocks = SM_TRY(dearmor(text));
  if (blocks.size() != 1 || blocks.front().kind != ArmorKind::message ||
      first_tag(blocks.front().bytes) != packet_skesk)
    return not_so("autocrypt.setup-message",
                  "not one message for a Setup Code in the part application/autocrypt-setup");
  const auto value = [&](std::string_view name) { return armor_header(text, "-----BEGIN PGP MESSAGE-----", name); };
  return SetupMessage{.packets = std::move(blocks.front().bytes),
                      .numeric = equal_ignoring_case(value("Passphrase-Format").value_or("numeric9x4"), "numeric9x4"),
                      .begin = std::string(value("Passphrase-Begin").value_or(""))};
}

Result<Secret> setup_code(std::string_view typed) {
  const auto no_code = [] {
    return fail(ErrorKind::key, "autocrypt.setup-code", "that is no Setup Code",
                "it has nine groups of four digits, as the program that made the message shows it");
  };
  Secret code(groups * group_digits + groups - 1);
  std::size_t digits = 0;
  std::size_t at = 0;
  for (const char c : typed) {
    if (c == '-' || is_space(c)) continue;
    if (!is_digit(c) || digits == groups * group_digits) return no_code();
    if (digits > 0 && digits % group_digits == 0) code.data()[at++] = '-';
    code.data()[at++] = c;
    ++digits;
  }
  if (digits != groups * group_digits) return no_code();
  return code;
}

Result<SetupKey> open_setup_message(const SetupMessage& message, Decryptor& decryptor, CertificateReader& reader) {
  constexpr std::string_view begin = "-----BEGIN PGP PRIVATE KEY BLOCK-----";
  SecretSink plain;
  LimitSink limited(plain, max_setup, "autocrypt.setup-payload");
  StringSource cipher(message.packets);
  SM_TRY(decryptor.decrypt(Ciphertext(cipher, [&] { return std::make_unique<StringSource>(message.packets); }), limited,
                           {.output = max_setup}));
  if (!trim(plain.view()).starts_with(begin))
    return not_so("autocrypt.setup-payload", "something else than a secret key in the Setup Message");
  KeyInput input = SM_TRY(reader.read(plain.view()));
  if (input.keys.size() != 1 || input.keys.front().secret.empty())
    return not_so("autocrypt.setup-payload", "not one secret key in the Setup Message");
  const auto preference = armor_header(plain.view(), begin, "Autocrypt-Prefer-Encrypt");
  return SetupKey{.key = std::move(input.keys.front()), .mutual = preference == "mutual"};
}

}  // namespace sm::autocrypt
