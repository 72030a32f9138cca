#include <doctest/doctest.h>

#include "autocrypt/header.hpp"
#include "backend/rnp/rnp.hpp"
#include "crypto/packets.hpp"
#include "text/base64.hpp"

namespace {

using namespace sm;

struct FixedClock final : Clock {
  std::int64_t time = 1'800'000'000;
  std::int64_t now() const override { return time; }
};

std::string code_of(const std::string& header) {
  const auto result = autocrypt::sender_attributes(mime::parse_header(header));
  return result ? "ok" : result.error().code;
}

std::string of_alice(const std::string& field) {
  return code_of("From: Alice <alice@example.org>\n" + field);
}

const std::string good = "Autocrypt: addr=alice@example.org; keydata=\n AAEC\n Aw==\n";

}  // namespace

TEST_CASE("autocrypt/header: what a field says") {
  const auto header = mime::parse_header(
      "From: =?utf-8?q?A?= <Alice@Example.org>\r\n"
      "autocrypt : addr=ALICE@example.org; _later=1; Prefer-Encrypt=mutual;\r\n"
      "\tkeydata=AA\r\n EC  Aw==\r\n");
  const auto attributes = autocrypt::sender_attributes(header);
  REQUIRE(attributes);
  CHECK(attributes->address == "alice@example.org");
  CHECK(attributes->mutual);
  CHECK(attributes->keydata == std::string("\0\1\2\3", 4));

  const auto other = autocrypt::sender_attributes(mime::parse_header(
      "From: alice@example.org\nAutocrypt: prefer-encrypt=always; addr=alice@example.org; keydata=AAECAw==\n"));
  REQUIRE(other);
  CHECK_FALSE(other->mutual);
}

TEST_CASE("autocrypt/header: fields that are not valid") {
  CHECK(of_alice(good) == "ok");
  CHECK(of_alice("") == "autocrypt.no-header");
  CHECK(of_alice("Autocrypt:\n") == "autocrypt.malformed");
  CHECK(of_alice("Autocrypt: keydata=AAECAw==\n") == "autocrypt.malformed");
  CHECK(of_alice("Autocrypt: addr=alice@example.org\n") == "autocrypt.malformed");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; keydata=\n") == "autocrypt.keydata");
  CHECK(of_alice("Autocrypt: addr=alice; keydata=AAECAw==\n") == "autocrypt.malformed");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; addr=alice@example.org; keydata=AAECAw==\n") ==
        "autocrypt.malformed");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; other=1; keydata=AAECAw==\n") == "autocrypt.critical-attribute");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; type=1; keydata=AAECAw==\n") == "autocrypt.critical-attribute");
  // keydata is the last attribute: what follows it spoils it, whatever it is.
  CHECK(of_alice("Autocrypt: addr=alice@example.org; keydata=AAECAw==; _x=1\n") == "autocrypt.keydata");
  CHECK(of_alice("Autocrypt: keydata=AAECAw==; addr=alice@example.org\n") == "autocrypt.keydata");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; keydata=AAECA\n") == "autocrypt.keydata");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; keydata=AAEC_w==\n") == "autocrypt.keydata");
  CHECK(of_alice("Autocrypt: addr=bob@example.org; keydata=AAECAw==\n") == "autocrypt.address");
}

TEST_CASE("autocrypt/header: at most 10 KiB, the name and folds counted") {
  const std::string begin = "Autocrypt: addr=alice@example.org; keydata=";
  const std::string fold(autocrypt::max_field - begin.size() - 9, ' ');
  CHECK(of_alice(begin + fold + "AAECAw==\n") == "ok");
  CHECK(of_alice(begin + fold + " AAECAw==\n") == "autocrypt.too-long");
}

TEST_CASE("autocrypt/header: one valid field, or none") {
  CHECK(of_alice(good + "Autocrypt: addr=alice@example.org; new=1; keydata=AAECAw==\n") == "ok");
  CHECK(of_alice("Autocrypt: addr=alice@example.org; keydata=A\n" + good) == "ok");
  // One that is well-formed but of another address is not valid, so it does not count.
  CHECK(of_alice("Autocrypt: addr=bob@example.org; keydata=AAECAw==\n" + good) == "ok");
  CHECK(of_alice(good + good) == "autocrypt.several");
  CHECK(of_alice(good + good + good) == "autocrypt.several");
}

TEST_CASE("autocrypt/header: only from one sender who wrote the mail") {
  CHECK(code_of(good) == "autocrypt.from");
  CHECK(of_alice("From: alice@example.org\n" + good) == "autocrypt.from");
  CHECK(code_of("From: alice@example.org, bob@example.org\n" + good) == "autocrypt.from");
  CHECK(code_of("From: alice@example.org <bob@example.org>\n" + good) != "ok");
  CHECK(of_alice("Sender: bob@example.org\n" + good) == "ok");
  CHECK(of_alice("Content-Type: Multipart/Report; boundary=x\n" + good) == "autocrypt.report");
  CHECK(of_alice("Auto-Submitted: auto-replied (vacation); x=1\n" + good) == "autocrypt.auto-replied");
  CHECK(of_alice("Auto-Submitted: no\n" + good) == "ok");
}

TEST_CASE("autocrypt/header: gossip is none of a sender's fields") {
  CHECK(of_alice("Autocrypt-Gossip: addr=alice@example.org; keydata=AAECAw==\n") == "autocrypt.no-header");
}

TEST_CASE("autocrypt/header: what is written is read back") {
  const std::string bytes(1000, '\x5a');
  const auto field = autocrypt::format_field("alice@example.org", bytes, "\r\n");
  REQUIRE(field);
  CHECK(field->starts_with("Autocrypt: addr=alice@example.org; keydata=\r\n "));
  CHECK(field->ends_with("==\r\n"));
  for (std::size_t at = 0; at < field->size();) {
    const std::size_t end = field->find("\r\n", at);
    CHECK(end - at <= 78);
    at = end + 2;
  }
  const std::string header = "From: alice@example.org\r\n" + *field;
  const auto attributes = autocrypt::sender_attributes(mime::parse_header(header));
  REQUIRE(attributes);
  CHECK(attributes->keydata == bytes);

  CHECK(autocrypt::format_field("\"a;b\"@example.org", bytes, "\n").error().code == "autocrypt.address");
  CHECK(autocrypt::format_field("\xc3\xa4@example.org", bytes, "\n").error().code == "autocrypt.address");
  CHECK(autocrypt::format_field("a@example.org", std::string(8000, 'x'), "\n").error().code == "autocrypt.too-long");
}

TEST_CASE("autocrypt/header: five packets of a certificate, of the address that is asked for") {
  const FixedClock clock;
  rnp::Generator generator(clock);
  rnp::Reader reader(clock);
  KeyRequest request{.lifetime = 1'000'000};
  request.user_ids = {"Alice <alice@example.org>", "Alice Work <alice@example.com>"};
  const auto key = generator.generate(request);
  REQUIRE(key);

  const auto minimal = autocrypt::minimal_certificate(reader, key->certificate, "alice@example.com", clock.now());
  REQUIRE(minimal);
  const auto packets = split_packets(*minimal);
  REQUIRE(packets);
  std::vector<int> tags;
  for (const Packet& packet : *packets) tags.push_back(packet.tag);
  CHECK(tags ==
        std::vector<int>{packet_public_key, packet_user_id, packet_signature, packet_public_subkey, packet_signature});
  const auto info = reader.inspect(*minimal);
  REQUIRE(info);
  CHECK(info->fingerprint() == key->info.fingerprint());
  REQUIRE(info->user_ids.size() == 1);
  CHECK(info->user_ids.front().text == "Alice Work <alice@example.com>");
  CHECK(encryption_key(*info, clock.now()).key != nullptr);
  CHECK(info->primary.expires == key->info.primary.expires);

  CHECK(autocrypt::minimal_certificate(reader, key->certificate, "bob@example.org", clock.now()).error().code ==
        "autocrypt.no-user-id");
  CHECK(autocrypt::minimal_certificate(reader, key->certificate, "alice@example.org", clock.now() + 1'000'001)
            .error()
            .code == "key.expired");
}
