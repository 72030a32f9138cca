#include <doctest/doctest.h>

#include "io/descriptor.hpp"
#include "io/memory.hpp"
#include "pgpmime/inline.hpp"

namespace {

using namespace sm;
using pgpmime::InlineBlock;
using pgpmime::InlineText;

InlineText scanned(std::string_view text) {
  pgpmime::InlineScanner scanner;
  scanner.put(text);
  return scanner.finish();
}

std::string_view cut(std::string_view text, Extent extent) {
  REQUIRE(extent.begin <= extent.end);
  REQUIRE(extent.end <= text.size());
  return text.substr(extent.begin, extent.size());
}

std::string signed_bytes(std::string_view text) {
  pgpmime::SignedText source(std::make_unique<StringSource>(text));
  const auto bytes = read_all(source, 1 << 24);
  REQUIRE(bytes);
  return *bytes;
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '\n' ? "\r\n" : std::string(1, c);
  return out;
}

const std::string armor_of_signature =
    "-----BEGIN PGP SIGNATURE-----\n"
    "Version: Something 1.0\n"
    "\n"
    "wsBzBAEBCAAdFiEE\n"
    "=abcd\n"
    "-----END PGP SIGNATURE-----\n";

const std::string clear_signed =
    "-----BEGIN PGP SIGNED MESSAGE-----\n"
    "Hash: SHA256\n"
    "\n"
    "first\n"
    "- - dash\n" +
    armor_of_signature;

const std::string message =
    "-----BEGIN PGP MESSAGE-----\n"
    "Charset: iso-8859-2\n"
    "\n"
    "wcBMAw==\n"
    "=abcd\n"
    "-----END PGP MESSAGE-----\n";

}  // namespace

TEST_CASE("pgpmime/inline: a clear-signed text, its signature and its message are found where they lie") {
  for (const std::string& text : {clear_signed, with_crlf(clear_signed)}) {
    const InlineText found = scanned(text);
    REQUIRE(found.blocks.size() == 1);
    const InlineBlock& block = found.blocks.front();
    CHECK(block.kind == InlineBlock::Kind::clear_signed);
    CHECK(!block.malformed);
    CHECK(found.bare);
    CHECK(signed_bytes(cut(text, block.text)) == "first\r\n- dash");
    CHECK(cut(text, block.armor).starts_with("-----BEGIN PGP SIGNATURE-----"));
    CHECK(cut(text, block.armor).ends_with("-----END PGP SIGNATURE-----"));
    CHECK(block.whole.begin == 0);
    CHECK(block.whole.end == block.armor.end);
  }
  const InlineText other = scanned(message);
  REQUIRE(other.blocks.size() == 1);
  CHECK(other.blocks.front().kind == InlineBlock::Kind::message);
  CHECK(other.blocks.front().charset == "iso-8859-2");
  CHECK(!other.blocks.front().malformed);
  CHECK(other.bare);
}

TEST_CASE("pgpmime/inline: where the text is cut into pieces does not matter") {
  const std::string text = "\xef\xbb\xbf" + with_crlf(clear_signed) + "\r\n" + message + "after\n" + clear_signed;
  const InlineText whole = scanned(text);
  REQUIRE(whole.blocks.size() == 3);
  for (const std::size_t size : {1UL, 2UL, 7UL, 64UL}) {
    pgpmime::InlineScanner scanner;
    for (std::size_t at = 0; at < text.size(); at += size) scanner.put(std::string_view(text).substr(at, size));
    const InlineText pieces = scanner.finish();
    REQUIRE(pieces.blocks.size() == whole.blocks.size());
    CHECK(pieces.bare == whole.bare);
    for (std::size_t i = 0; i < whole.blocks.size(); ++i) {
      CHECK(pieces.blocks[i].whole == whole.blocks[i].whole);
      CHECK(pieces.blocks[i].text == whole.blocks[i].text);
      CHECK(pieces.blocks[i].armor == whole.blocks[i].armor);
    }
  }
}

TEST_CASE("pgpmime/inline: only white space may stand around what is bare") {
  CHECK(scanned("\n \t\r\n" + clear_signed + "\n\n  \n").bare);
  CHECK(scanned("\xef\xbb\xbf" + clear_signed).bare);
  CHECK(scanned(clear_signed + message).bare);
  CHECK(!scanned("You are fired!\n" + clear_signed).bare);
  CHECK(!scanned(clear_signed + "-- \nfooter\n").bare);
  CHECK(!scanned(clear_signed + std::string(600, 'x') + "\n").bare);
  CHECK(scanned(clear_signed + std::string(600, ' ') + "\n").bare);
  CHECK(!scanned(clear_signed + std::string(600, ' ') + "x\n").bare);
}

TEST_CASE("pgpmime/inline: what only looks like a block is none") {
  CHECK(scanned("> " + message).blocks.empty());
  CHECK(scanned(" -----BEGIN PGP MESSAGE-----\n").blocks.empty());
  CHECK(scanned("x-----BEGIN PGP SIGNED MESSAGE-----\n").blocks.empty());
  for (const auto* text : {"-----BEGIN PGP SIGNED MESSAGE-----\n", "-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n",
                           "-----BEGIN PGP MESSAGE-----\n\nwcBM\n", "-----BEGIN PGP SIGNED MESSAGE-----"}) {
    const InlineText found = scanned(text);
    CHECK(found.blocks.empty());
    CHECK(!found.bare);
  }
  // A second head before the end: what the first one begins is uncertain, and so nothing.
  const InlineText nested = scanned("-----BEGIN PGP SIGNED MESSAGE-----\n\nunsigned\n" + clear_signed);
  REQUIRE(nested.blocks.size() == 1);
  CHECK(nested.blocks.front().whole.begin > 0);
  CHECK(!nested.bare);
}

TEST_CASE("pgpmime/inline: a head that holds more than hashes is malformed") {
  const auto malformed = [](const std::string& head, const std::string& signature_head) {
    const InlineText found =
        scanned("-----BEGIN PGP SIGNED MESSAGE-----\n" + head + "\ntext\n" + "-----BEGIN PGP SIGNATURE-----\n" +
                signature_head + "\nwsBz\n=abcd\n-----END PGP SIGNATURE-----\n");
    REQUIRE(found.blocks.size() == 1);
    return found.blocks.front().malformed;
  };
  CHECK(!malformed("", ""));
  CHECK(!malformed("Hash: SHA256\n", "Comment: by hand\n"));
  CHECK(!malformed("Hash: SHA256, sha512\nHash: SHA1\n", ""));
  CHECK(malformed("Hash: SHA256, you are fired\n", ""));
  CHECK(malformed("You are fired!\n", ""));
  CHECK(malformed("Comment: fired\n", ""));
  CHECK(malformed("NotDashEscaped: yes\n", ""));
  CHECK(malformed("\x0b\n", ""));
  CHECK(malformed("", "You are fired: yes\n"));
  CHECK(malformed("", "Comment: " + std::string(200, 'x') + "\n"));
  std::string many;
  for (int i = 0; i < 9; ++i) many += "Comment: x\n";
  CHECK(malformed("", many));
}

TEST_CASE("pgpmime/inline: text among the base64 makes a block malformed") {
  const InlineText found = scanned("-----BEGIN PGP MESSAGE-----\n\nwcBM\nyou are fired\n-----END PGP MESSAGE-----\n");
  REQUIRE(found.blocks.size() == 1);
  CHECK(found.blocks.front().malformed);
}

TEST_CASE("pgpmime/inline: a signature without its end is malformed, not absent") {
  const InlineText found =
      scanned("-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n-----BEGIN PGP SIGNATURE-----\n\nwsBz\n");
  REQUIRE(found.blocks.size() == 1);
  CHECK(found.blocks.front().malformed);
}

TEST_CASE("pgpmime/inline: of many blocks the first hundred and one are kept") {
  std::string text;
  for (int i = 0; i < 150; ++i) text += message;
  const InlineText found = scanned(text);
  CHECK(found.blocks.size() == 101);
  CHECK(found.too_many);
  CHECK(found.bare);
}

TEST_CASE("pgpmime/inline: what is signed has no escapes, no white space at line ends, and CRLF") {
  CHECK(signed_bytes("") == "");
  CHECK(signed_bytes("a\nb") == "a\r\nb");
  CHECK(signed_bytes("a \t\r\n\r\nb  ") == "a\r\n\r\nb");
  CHECK(signed_bytes("- -----BEGIN\n- From me") == "-----BEGIN\r\nFrom me");
  CHECK(signed_bytes("-\n- \n-x\n--") == "-\r\n\r\n-x\r\n--");
  CHECK(signed_bytes("a - b\n - c") == "a - b\r\n - c");
  CHECK(signed_bytes("a\rb") == "a\rb");
  CHECK(signed_bytes("-") == "-");
  CHECK(signed_bytes("\n\n") == "\r\n\r\n");
}

TEST_CASE("pgpmime/inline: endless white space is an error that stays") {
  const std::string text = "a" + std::string((1 << 20) + 1, ' ') + "b";
  pgpmime::SignedText source(std::make_unique<StringSource>(text));
  const auto bytes = read_all(source, 1 << 24);
  REQUIRE(!bytes);
  CHECK(bytes.error().code == "pgpmime.white-space");
  char more[1];
  CHECK(!source.read(more));
}
