#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "pgpmime/decrypt.hpp"
#include "pgpmime/encrypt.hpp"
#include "pgpmime/encrypted.hpp"
#include "pgpmime/fakes.hpp"
#include "pgpmime/structure.hpp"

namespace {

using namespace sm;

// A descriptor that reads `bytes`: a file, or a pipe where it may not be read twice.
Descriptor input_of(const std::string& bytes, bool pipe_only) {
  if (!pipe_only) {
    Descriptor file(memfd_create("message", MFD_CLOEXEC));
    REQUIRE(write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
    REQUIRE(lseek(file.get(), 0, SEEK_SET) == 0);
    return file;
  }
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  Descriptor writing(ends[1]);
  REQUIRE(bytes.size() < 60'000);  // what a pipe holds
  REQUIRE(write(writing.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  return Descriptor(ends[0]);
}

std::string encrypted(const std::string& message, fakes::FakeEncryptor& encryptor, bool sign = false,
                      bool keep_bcc = false, bool pipe_only = false) {
  const Descriptor input = input_of(message, pipe_only);
  auto plaintext = pgpmime::Plaintext::begin(input.get(), sign, "/var/tmp");
  REQUIRE(plaintext);
  EncryptionRequest request;
  if (sign) request.sign_with = std::string(40, 'A');
  auto result =
      pgpmime::encrypt(*plaintext, encryptor, request, {.keep_bcc = keep_bcc, .protect_headers = false}, "/var/tmp");
  REQUIRE(result);
  const auto text = read_all(result->message, fakes::plenty);
  REQUIRE(text);
  return *text;
}

Result<std::string> decrypted(const std::string& message) {
  Document document = Document::from_string(message);
  const auto outline = SM_TRY(mime::scan(document));
  fakes::FakeDecryptor decryptor;
  auto result = SM_TRY(pgpmime::decrypt(document, outline, decryptor, {}, "/var/tmp"));
  return read_all(result.message, fakes::plenty);
}

const std::string plain =
    "From: Alice <alice@example.org>\n"
    "Bcc: secret@example.org\n"
    "MIME-Version: 1.0\n"
    "Content-Type: multipart/mixed; boundary=b\n"
    "Subject: one\n"
    "\n"
    "--b\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "\n"
    "gr\xc3\xbc\xc3\x9f dich \n"
    "--b\n"
    "Content-Type: application/octet-stream\n"
    "Content-Transfer-Encoding: binary\n"
    "\n"
    "a\nb\r\nc\n"
    "--b--\n";

}  // namespace

TEST_CASE("pgpmime/encrypt: RFC 3156 §4, and back to the same message") {
  for (const bool pipe_only : {false, true}) {
    fakes::FakeEncryptor encryptor;
    const std::string text = encrypted(plain, encryptor, false, true, pipe_only);
    CHECK(encryptor.plaintext ==
          "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: 8bit\r\n\r\ngr\xc3\xbc\xc3\x9f dich \r\n--b\r\n"
          "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\na\nb\r\nc\r\n--b--\r\n");
    CHECK(text.find("multipart/mixed") == text.npos);
    CHECK(text.find("Version: 1\n") != text.npos);
    const auto back = decrypted(text);
    REQUIRE(back);
    CHECK(*back == plain);
  }
}

TEST_CASE("pgpmime/encrypt: what is signed too is 7bit") {
  fakes::FakeEncryptor encryptor;
  encrypted(plain, encryptor, true);
  CHECK(std::ranges::none_of(encryptor.plaintext, [](char c) { return static_cast<unsigned char>(c) > 0x7f; }));
  CHECK(encryptor.plaintext.find("gr=C3=BC=C3=9F dich=20\r\n") != std::string::npos);
}

TEST_CASE("pgpmime/encrypt: Bcc leaves the header, and never enters the payload") {
  fakes::FakeEncryptor encryptor;
  CHECK(encrypted(plain, encryptor).find("secret@") == std::string::npos);
  CHECK(encrypted(plain, encryptor, false, true).find("Bcc: secret@example.org\n") != std::string::npos);
  CHECK(encryptor.plaintext.find("secret@") == std::string::npos);
}

TEST_CASE("pgpmime/encrypt: what is encrypted already is seen by its bytes") {
  const auto seen = [](const std::string& message, bool pipe_only) {
    const Descriptor input = input_of(message, pipe_only);
    auto plaintext = pgpmime::Plaintext::begin(input.get(), false, "/var/tmp");
    REQUIRE(plaintext);
    const auto unchanged = read_all(plaintext->unchanged(), fakes::plenty);
    REQUIRE(unchanged);
    CHECK(*unchanged == message);
    return plaintext->already_encrypted();
  };
  fakes::FakeEncryptor encryptor;
  const std::string real = encrypted(plain, encryptor);
  std::string pretended = real;
  pretended.replace(pretended.find("wQ"), 2, "yA");  // the first packet is then a compressed one
  for (const bool pipe_only : {false, true}) {
    CHECK(seen(real, pipe_only));
    CHECK_FALSE(seen(pretended, pipe_only));
    CHECK_FALSE(seen(plain, pipe_only));
    CHECK(seen("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA\n",
               pipe_only));
    CHECK_FALSE(
        seen("Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHAqCA\n",
             pipe_only));
  }
}

TEST_CASE("pgpmime/encrypt: an empty message is an error") {
  for (const std::string& message : {std::string(), std::string("\n"), std::string("\r\n\r\n")})
    for (const bool sign : {false, true}) {
      const Descriptor input = input_of(message, true);
      const auto plaintext = pgpmime::Plaintext::begin(input.get(), sign, "/var/tmp");
      if (message == "\r\n\r\n") continue;  // a body of one empty line
      REQUIRE_FALSE(plaintext);
      CHECK(plaintext.error().code == "mime.empty");
    }
}

TEST_CASE("pgpmime/decrypt: damage has one text") {
  fakes::FakeEncryptor encryptor;
  const std::string text = encrypted(plain, encryptor);
  const auto broken = [&](std::string_view from, std::string_view to) {
    std::string changed = text;
    changed.replace(changed.find(from), from.size(), to);
    const auto result = decrypted(changed);
    REQUIRE_FALSE(result);
    return result.error().code + ": " + result.error().message;
  };
  const std::string expected = "crypto.damaged: the encrypted message is damaged";
  CHECK(broken("-----BEGIN PGP MESSAGE-----\n\nw", "-----BEGIN PGP MESSAGE-----\n\ny") == expected);
  CHECK(broken("-----END", "-----FIN") == expected);
}

TEST_CASE("pgpmime/decrypt: an entity without Content-Type is text/plain") {
  const std::string message =
      "From: a@example.org\nContent-Type: multipart/encrypted; protocol=\"application/pgp-encrypted\"; "
      "boundary=x\n\n--x\n"
      "Content-Type: application/pgp-encrypted\n\nVersion: 1\n\n--x\nContent-Type: application/octet-stream\n\n";
  const std::string payload = std::string(fakes::pkesk) + "\r\nhello\r\n";
  const auto result = decrypted(message + payload + "\n--x--\n");
  REQUIRE(result);
  CHECK(result->find("Content-Type: text/plain") != result->npos);
  CHECK(result->ends_with("\n\nhello\n"));
}
