// One Engine for many messages.
#include <doctest/doctest.h>

#include "backend/rnp/rnp.hpp"
#include "crypto/contract.hpp"

using namespace sm;
using contract::code;

TEST_CASE("backend-rnp/many: a key that opens a second message stays unlocked") {
  const contract::SetClock clock(contract::noon);
  rnp::Generator generator(clock);
  contract::MemoryKeys keys;
  KeyRequest request;
  request.user_ids = {"Alice <alice@example.org>"};
  request.passphrase = Secret("secret");
  const auto key = generator.generate(request);
  REQUIRE(key);
  keys.add(*key);
  contract::Passphrases passphrases;
  passphrases.text = "secret";
  rnp::Engine engine(keys, passphrases.source(), clock);

  StringSource plain("hello");
  StringSink cipher;
  REQUIRE(engine.encrypt(plain, cipher, {.recipients = {key->info.fingerprint()}}));
  const std::string message = cipher.take();
  const auto decrypt = [&] {
    StringSource source(message);
    StringSink sink;
    const auto result = engine.decrypt({source, [&] { return std::make_unique<StringSource>(message); }}, sink, {});
    return result ? sink.take() : code(result);
  };
  CHECK(decrypt() == "hello");
  CHECK(passphrases.asked == 1);
  CHECK(decrypt() == "hello");
  CHECK(passphrases.asked == 2);
  CHECK(decrypt() == "hello");
  CHECK(decrypt() == "hello");
  CHECK(passphrases.asked == 2);
  // It is unlocked for decrypting and nothing else.
  StringSource data("hello");
  CHECK(engine.sign(data, key->info.fingerprint(), Hash::automatic));
  CHECK(passphrases.asked == 3);
}

TEST_CASE("backend-rnp/many: a wrong passphrase unlocks nothing") {
  const contract::SetClock clock(contract::noon);
  rnp::Generator generator(clock);
  contract::MemoryKeys keys;
  KeyRequest request;
  request.user_ids = {"Alice <alice@example.org>"};
  request.passphrase = Secret("secret");
  const auto key = generator.generate(request);
  REQUIRE(key);
  keys.add(*key);
  contract::Passphrases passphrases;
  passphrases.text = "wrong";
  rnp::Engine engine(keys, passphrases.source(), clock);
  StringSource plain("hello");
  StringSink cipher;
  REQUIRE(engine.encrypt(plain, cipher, {.recipients = {key->info.fingerprint()}}));
  const std::string message = cipher.take();
  for (int i = 0; i < 3; ++i) {
    StringSource source(message);
    StringSink sink;
    CHECK(code(engine.decrypt({source, [&] { return std::make_unique<StringSource>(message); }}, sink, {})) ==
          "key.passphrase");
  }
  CHECK(passphrases.asked == 3);
}
