// Inline OpenPGP: blocks lie in the text and apart, however it is cut; what only looks signed is never good, and text
// that was decrypted stands beside nothing else.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "io/memory.hpp"
#include "pgpmime/decrypt_inline.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/inline.hpp"

namespace {

constexpr std::size_t plenty = 1 << 24;

void require(bool holds) {
  if (!holds) std::abort();
}

// Takes any packets for a signature, and any bytes for a ciphertext of themselves.
struct Credulous final : sm::Verifier, sm::Decryptor {
  sm::Result<std::vector<sm::Signature>> verify(sm::Source& data, std::string_view) override {
    SM_TRY(sm::read_all(data, plenty));
    return std::vector{sm::Signature{.state = sm::SignatureState::right}};
  }
  sm::Result<std::vector<sm::Signature>> verify_message(sm::Source& message, std::uint64_t) override {
    return verify(message, {});
  }
  sm::Result<sm::Decryption> decrypt(const sm::Ciphertext& cipher, sm::Sink& plain,
                                     const sm::DecryptionLimits&) override {
    SM_TRY(sm::copy(cipher.first, plain));
    return sm::Decryption{};
  }
};

void check_scanner(std::string_view text) {
  using sm::pgpmime::InlineScanner;
  InlineScanner scanner;
  scanner.put(text);
  const auto whole = scanner.finish();
  InlineScanner in_pieces;
  const std::size_t size = text.empty() ? 1 : static_cast<unsigned char>(text.back()) % 61 + 1;
  for (std::size_t at = 0; at < text.size(); at += size) in_pieces.put(text.substr(at, size));
  const auto pieces = in_pieces.finish();
  require(whole.blocks.size() <= InlineScanner::max_blocks && pieces.blocks.size() == whole.blocks.size());
  require(pieces.bare == whole.bare && pieces.too_many == whole.too_many);

  std::uint64_t position = 0;
  for (std::size_t i = 0; i < whole.blocks.size(); ++i) {
    const auto& block = whole.blocks[i];
    require(block.whole == pieces.blocks[i].whole && block.text == pieces.blocks[i].text &&
            block.armor == pieces.blocks[i].armor && block.malformed == pieces.blocks[i].malformed);
    require(position <= block.whole.begin && block.whole.begin < block.whole.end && block.whole.end <= text.size());
    require(block.whole.begin <= block.armor.begin && block.armor.begin < block.armor.end &&
            block.armor.end <= block.whole.end);
    position = block.whole.end;
    if (block.kind != sm::pgpmime::InlineBlock::Kind::clear_signed) continue;
    require(block.whole.begin < block.text.begin && block.text.begin <= block.text.end &&
            block.text.end <= block.armor.begin);
    const std::string_view covered = text.substr(block.text.begin, block.text.size());
    // No line of it is one that a reader could take for the end of what is signed.
    require(!covered.starts_with("-----BEGIN PGP SIGN") && covered.find("\n-----BEGIN PGP SIGN") == covered.npos);
    sm::pgpmime::SignedText source(std::make_unique<sm::StringSource>(covered));
    const auto bytes = sm::read_all(source, plenty);
    require(bytes && bytes->find(" \r\n") == bytes->npos && !bytes->ends_with(' '));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  check_scanner(input);

  sm::Document document = sm::Document::from_string(input);
  const auto outline = sm::mime::scan(document);
  if (!outline) return 0;
  Credulous library;
  const sm::pgpmime::VerifyPolicy policy{
      .binding = [](std::string_view) -> sm::Result<sm::Fingerprint> { return sm::Fingerprint(); }};
  const auto encrypted = sm::pgpmime::is_encrypted(document, *outline);
  require(encrypted.has_value());
  auto opened = sm::pgpmime::decrypt_inline(document, *outline, library, {}, "/var/tmp");
  if (!opened) return 0;
  const auto verdict = sm::pgpmime::verify_inline(*opened, document, *outline, library, policy);
  // Too many signatures, or too much white space, is the message's fault.
  require(verdict ? verdict->verdict != sm::Verdict::good : verdict.error().kind == sm::ErrorKind::data);
  const bool any_text = std::ranges::any_of(opened->opened, &sm::pgpmime::OpenedPart::is_text);
  require(opened->whole || !any_text);
  // What is opened as a whole is what encrypting at rest takes for encrypted.
  require(!opened->whole || *encrypted);
  const auto message = sm::read_all(opened->message, plenty);
  require(message.has_value());
  require(!opened->opened.empty() || *message == input);
  return 0;
}
