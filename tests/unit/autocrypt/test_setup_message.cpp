#include <doctest/doctest.h>

#include "autocrypt/setup_message.hpp"
#include "io/memory.hpp"

namespace {

using namespace sm;

// A password's packet of no length behind it: enough for what is looked at before decrypting.
const std::string block =
    "-----BEGIN PGP MESSAGE-----\n"
    "Passphrase-Format: numeric9x4\n"
    "Passphrase-Begin: 17\n"
    "\n"
    "wwA=\n"
    "-----END PGP MESSAGE-----\n";

std::string message(const std::string& part, const std::string& top = "From: a@example.org\nTo: A@example.org\n",
                    const std::string& version = "v1") {
  return top + "Autocrypt-Setup-Message: " + version +
         "\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n" + part + "\n--b--\n";
}

Result<autocrypt::SetupMessage> read(const std::string& text) {
  Document document = Document::from_string(text);
  const auto outline = mime::scan(document);
  REQUIRE(outline);
  return autocrypt::read_setup_message(document, *outline);
}

const std::string type = "Content-Type: application/autocrypt-setup\n";

std::string code_of(const std::string& text) {
  const auto result = read(text);
  return result ? "ok" : result.error().code;
}

std::string typed(std::string_view text) {
  const auto code = autocrypt::setup_code(text);
  return code ? std::string(code->view()) : code.error().code;
}

// Gives what is inside without looking at the cipher.
struct Opened final : Decryptor {
  std::string plain;
  Result<Decryption> decrypt(const Ciphertext&, Sink& sink, const DecryptionLimits&) override {
    SM_TRY(sink.write(plain));
    return Decryption{};
  }
};

struct OneKey final : CertificateReader {
  bool secret = true;
  Result<KeyInput> read(std::string_view) override {
    KeyInput input;
    input.keys.emplace_back();
    if (secret) input.keys.front().secret = Secret("secret");
    return input;
  }
  Result<CertificateInfo> inspect(std::string_view) override { return CertificateInfo{}; }
  Result<std::string> merge(std::string_view, std::string_view) override { return std::string(); }
  Result<std::optional<std::string>> apply_revocation(std::string_view, std::string_view) override {
    return std::optional<std::string>();
  }
  Result<std::string> strip(std::string_view, const std::optional<std::vector<std::string>>&, bool) override {
    return std::string();
  }
  Result<bool> is_certified(std::string_view, const std::vector<std::string>&, std::string_view) override {
    return false;
  }
  Result<Secret> compose_secret(std::string_view, std::string_view) override { return Secret(); }
  Result<std::optional<Secret>> merge_secrets(std::string_view, std::string_view) override {
    return std::optional<Secret>();
  }
};

}  // namespace

TEST_CASE("autocrypt/setup-message: the block in its part, other text around it") {
  const auto plain = read(message(type + "\n<html><pre>\n" + block + "</pre></html>"));
  REQUIRE(plain);
  CHECK(plain->packets == std::string("\xc3\x00", 2));
  CHECK(plain->numeric);
  CHECK(plain->begin == "17");
  const auto quoted = read(message(type + "Content-Transfer-Encoding: quoted-printable\n\n" +
                                   "-----BEGIN PGP MESSAGE-----\nPassphrase-Format: words=\n\n\nwwA=3D\n-----END PGP "
                                   "MESSAGE-----\n"));
  REQUIRE(quoted);
  CHECK_FALSE(quoted->numeric);
  CHECK(quoted->begin.empty());
  std::string crlf;
  for (const char c : message(type + "\n" + block)) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  const auto with_crlf = read(crlf);
  REQUIRE(with_crlf);
  CHECK(with_crlf->begin == "17");
}

TEST_CASE("autocrypt/setup-message: what is none") {
  CHECK(code_of(message(type + "\n" + block)) == "ok");
  CHECK(code_of(message(type + "\n" + block, "From: a@example.org\nTo: a@example.org\n", "v2")) ==
        "autocrypt.setup-version");
  CHECK(code_of(message(type + "\n" + block, "From: a@example.org\nTo: b@example.org\n")) == "autocrypt.setup-address");
  CHECK(code_of(message(type + "\n" + block, "From: a@example.org\n")) == "autocrypt.setup-address");
  CHECK(code_of(message(type + "\n" + block, "From: a@example.org\nTo: a@example.org, b@example.org\n")) ==
        "autocrypt.setup-address");
  CHECK(code_of(message("\n" + block)) == "autocrypt.setup-message");
  CHECK(code_of(message(type + "\nhello")) == "autocrypt.setup-message");
  CHECK(code_of(message(type + "\n" + block + block)) == "autocrypt.setup-message");
  CHECK(code_of(message(type + "\n" + block + "\n--b\n" + type + "\n" + block)) == "autocrypt.setup-message");
  // A packet that is encrypted to a key.
  CHECK(code_of(message(type + "\n-----BEGIN PGP MESSAGE-----\n\nwQA=\n-----END PGP MESSAGE-----\n")) ==
        "autocrypt.setup-message");
}

TEST_CASE("autocrypt/setup-message: the code as people type it") {
  const std::string code = "1742-0185-6197-1303-7016-8412-3581-4441-0597";
  CHECK(typed(code) == code);
  CHECK(typed("174201856197130370168412358144410597") == code);
  CHECK(typed(" 1742 0185 6197\n1303 - 7016 - 8412\t3581-4441-0597 ") == code);
  CHECK(typed("") == "autocrypt.setup-code");
  CHECK(typed("1742-0185-6197-1303-7016-8412-3581-4441-059") == "autocrypt.setup-code");
  CHECK(typed("1742-0185-6197-1303-7016-8412-3581-4441-05971") == "autocrypt.setup-code");
  CHECK(typed("1742-0185-6197-1303-7016-8412-3581-4441-059x") == "autocrypt.setup-code");
}

TEST_CASE("autocrypt/setup-message: one secret key inside, and nothing else") {
  Opened library;
  OneKey reader;
  const autocrypt::SetupMessage setup{.packets = "x"};
  const auto code = [&] {
    const auto result = autocrypt::open_setup_message(setup, library, reader);
    return result ? std::string(result->mutual ? "mutual" : "nopreference") : result.error().code;
  };
  const std::string begin = "-----BEGIN PGP PRIVATE KEY BLOCK-----\n";
  library.plain = begin + "Autocrypt-Prefer-Encrypt: mutual\n\nAAAA\n";
  CHECK(code() == "mutual");
  library.plain = begin + "Autocrypt-Prefer-Encrypt: nopreference\n\nAAAA\n";
  CHECK(code() == "nopreference");
  library.plain = begin + "\nAutocrypt-Prefer-Encrypt: mutual\n";
  CHECK(code() == "nopreference");
  reader.secret = false;
  CHECK(code() == "autocrypt.setup-payload");
  reader.secret = true;
  library.plain = "hello";
  CHECK(code() == "autocrypt.setup-payload");
  library.plain = begin + std::string(autocrypt::max_setup, 'x');
  CHECK(code() == "autocrypt.setup-payload");
}
