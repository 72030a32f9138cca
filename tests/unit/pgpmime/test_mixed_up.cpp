#include <doctest/doctest.h>

#include "crypto/armor.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/mixed_up.hpp"
#include "text/base64.hpp"

namespace {

using namespace sm;

const std::string pkesk("\xc1\x0c\x03\x01\x02\x03\x04\x05\x06\x07\x08\x01xxxx", 16);
const std::string armored = armor(ArmorKind::message, pkesk);
const std::string version = "Content-Type: application/pgp-encrypted\n\nVersion: 1\n";
const std::string payload = "Content-Type: application/octet-stream; name=encrypted.asc\n\n" + armored;
const std::string blank = "Content-Type: text/plain\n\n\n";

std::string multipart(const std::string& type, const std::vector<std::string>& parts,
                      const std::string& boundary = "b") {
  std::string text = "Content-Type: " + type + "; boundary=" + boundary + "\n\n";
  for (const std::string& part : parts) text += "--" + boundary + "\n" + part + "\n";
  return text + "--" + boundary + "--\n";
}

// The number of the part that holds the message; 0 if there is none.
int found_in(const std::string& content) {
  Document document = Document::from_string("From: a@example.org\nMIME-Version: 1.0\n" + content);
  const auto outline = mime::scan(document);
  REQUIRE(outline);
  const auto parts = pgpmime::find_encrypted(document, *outline);
  REQUIRE(parts);
  const auto claims = pgpmime::claims_encryption(document, *outline);
  REQUIRE(claims);
  if (*parts) CHECK(*claims);
  return *parts ? (*parts)->message : 0;
}

bool is_encrypted(const std::string& content) {
  const std::string message = "From: a@example.org\nMIME-Version: 1.0\n" + content;
  Document document = Document::from_string(message);
  const auto outline = mime::scan(document);
  REQUIRE(outline);
  const auto encrypted = pgpmime::is_encrypted(document, *outline);
  REQUIRE(encrypted);
  // What is encrypted must be taken for possible from any beginning of it.
  for (std::size_t size = message.size(); *encrypted && size > message.find("\n\n") + 1; --size) {
    const auto may = pgpmime::may_be_encrypted(std::string_view(message).substr(0, size));
    REQUIRE(may);
    CAPTURE(size);
    CHECK(*may);
  }
  return *encrypted;
}

}  // namespace

TEST_CASE("pgpmime/mixed_up: what Exchange and gateways make of multipart/encrypted is found") {
  CHECK(found_in(multipart("multipart/mixed", {blank, version, payload})) == 3);
  CHECK(found_in(multipart("multipart/mixed", {version, payload})) == 2);
  CHECK(found_in(multipart("multipart/encrypted", {version, payload})) == 2);
  CHECK(found_in(multipart("multipart/encrypted; protocol=\"application/pgp-encrypted\"", {payload, version})) == 1);
  CHECK(found_in(multipart("multipart/encrypted", {blank, version, payload})) == 3);
  CHECK(found_in(multipart("multipart/mixed", {version, payload, blank})) == 2);
  const std::string html = "Content-Type: text/html\n\n<html><body><p>&nbsp;</p><br></body></html>\n";
  CHECK(found_in(multipart("multipart/mixed",
                           {multipart("multipart/alternative", {blank, html}, "c"), version, payload})) == 5);
  CHECK(found_in(multipart("multipart/mixed", {multipart("multipart/encrypted", {version, payload}, "c"), blank})) ==
        0);
}

TEST_CASE("pgpmime/mixed_up: the message may be in armor or not, in base64 or not, and of any type") {
  const std::string binary =
      "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + base64_encode(pkesk) + "\n";
  const std::string encoded_version =
      "Content-Type: application/pgp-encrypted\nContent-Transfer-Encoding: base64\n\nVmVyc2lvbjogMQ0K\n";
  const std::string encoded_armor =
      "Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + base64_encode(armored) + "\n";
  const std::string as_text = "Content-Type: text/plain; name=encrypted.asc\n\n" + armored;
  for (const std::string& each : {binary, encoded_armor, as_text})
    CHECK(found_in(multipart("multipart/mixed", {blank, encoded_version, each})) == 3);
}

TEST_CASE("pgpmime/mixed_up: anything that shows beside it leaves the message as it is") {
  const std::string text = "Content-Type: text/plain\n\nhello\n";
  const std::string image = "Content-Type: text/html\n\n<img src=\"http://evil.example/\n";
  const std::string style = "Content-Type: text/html\n\n<body style=\"background:url(http://evil.example)\"></body>\n";
  const std::string picture = "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\nAAAA\n";
  for (const std::string& each : {text, image, style, picture, payload, version}) {
    CHECK(found_in(multipart("multipart/mixed", {each, version, payload})) == 0);
    CHECK(found_in(multipart("multipart/mixed", {blank, version, payload, each})) == 0);
  }
  const std::string forwarded =
      "Content-Type: message/rfc822\n\nFrom: b@example.org\n" + multipart("multipart/mixed", {version, payload}, "c");
  CHECK(found_in(multipart("multipart/mixed", {blank, forwarded})) == 0);
}

TEST_CASE("pgpmime/mixed_up: without one of its two parts it is something else") {
  CHECK(found_in(multipart("multipart/mixed", {blank, payload})) == 0);
  CHECK(found_in(multipart("multipart/mixed", {blank, version})) == 0);
  const std::string words = "Content-Type: application/pgp-encrypted\n\nVersion: 1\nand a word\n";
  CHECK(found_in(multipart("multipart/mixed", {blank, words, payload})) == 0);
  const std::string clear = "Content-Type: application/octet-stream\n\n" + armor(ArmorKind::message, "\xcb\x01x");
  CHECK(found_in(multipart("multipart/mixed", {blank, version, clear})) == 0);
}

TEST_CASE("pgpmime/encrypted: what was encrypted and then signed is found inside the signature") {
  const std::string signature = "Content-Type: application/pgp-signature\n\nx\n";
  CHECK(found_in(multipart("multipart/signed; protocol=\"application/pgp-signature\"",
                           {multipart("multipart/encrypted", {version, payload}, "c"), signature})) == 3);
  // Something more stands behind the signature.
  CHECK(found_in(multipart("multipart/signed; protocol=\"application/pgp-signature\"",
                           {multipart("multipart/encrypted", {version, payload}, "c"), signature, blank})) == 0);
}

TEST_CASE("pgpmime/encrypted: encrypted already is what is mixed up, or all of whose leaves are encrypted") {
  const std::string armored_text = "Content-Type: text/plain\n\n\n" + armored + "\n";
  CHECK(is_encrypted(multipart("multipart/mixed", {blank, version, payload})));
  CHECK(is_encrypted(armored_text));
  CHECK(is_encrypted("\n" + armored));
  CHECK(is_encrypted(multipart("multipart/mixed", {armored_text})));
  CHECK(is_encrypted(multipart("multipart/mixed", {armored_text, payload, blank})));
  CHECK(is_encrypted("Content-Transfer-Encoding: base64\n\n" + base64_encode(armored) + "\n"));

  const std::string clear_text = "Content-Type: text/plain\n\nhello\n";
  CHECK(!is_encrypted("\nhello\n\n" + armored));
  CHECK(!is_encrypted("\n" + armored + "-- \nfooter\n"));
  CHECK(!is_encrypted("\n> -----BEGIN PGP MESSAGE-----\n"));
  CHECK(!is_encrypted(multipart("multipart/mixed", {clear_text, armored_text})));
  CHECK(!is_encrypted(multipart("multipart/mixed", {armored_text, clear_text})));
  CHECK(!is_encrypted(multipart("multipart/mixed", {blank, blank})));
  CHECK(!is_encrypted("\n"));
  CHECK(
      !is_encrypted("\n-----BEGIN PGP SIGNED MESSAGE-----\n\ntext\n-----BEGIN PGP SIGNATURE-----\n\nwsBz\n"
                    "-----END PGP SIGNATURE-----\n"));
  // In armor, but readable to everybody.
  CHECK(!is_encrypted("\n" + armor(ArmorKind::message, "\xcb\x01x")));
  CHECK(!is_encrypted("\n" + armor(ArmorKind::message, std::string("\xa3\x01", 2))));
  CHECK(!is_encrypted(multipart("multipart/mixed", {"Content-Type: message/rfc822\n\n" + armored_text})));
}

TEST_CASE("pgpmime/encrypted: what begins with something readable need not be read on") {
  const auto may = [](const std::string& message) {
    const auto result = pgpmime::may_be_encrypted(message);
    REQUIRE(result);
    return *result;
  };
  CHECK(!may("Subject: x\n\nhello"));
  CHECK(!may("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b\nContent-Type: application/pdf\n\n%PDF-1.4\n"));
  CHECK(!may("Content-Transfer-Encoding: base64\n\naGVsbG8g"));
  CHECK(may("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n"));
  CHECK(may("Subject: x\n\n-----BEGIN PGP"));
}
