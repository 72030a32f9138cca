#include "vks/certificate.hpp"

#include <doctest/doctest.h>

#include <initializer_list>

#include "io/descriptor.hpp"
#include "vks/model.hpp"

using namespace sm;
using namespace sm::vks;
using test::armored;
using test::certificate;
using test::fingerprint;
using test::packet;

namespace {

const Query by_primary{Query::Kind::fingerprint, fingerprint('a')};
const Query by_ann{Query::Kind::email, "ann@xn--bcher-kva.example"};

std::string outcome(std::string_view body, const Query& query = by_primary) {
  const auto answer = read_answer(body, query, idn::to_ascii);
  if (answer) return "found";
  CHECK(answer.error().kind == ErrorKind::data);
  return answer.error().code;
}

std::string refused(std::string_view input) {
  const auto upload = read_upload(input);
  return upload ? upload->fingerprint : upload.error().code;
}

}  // namespace

TEST_CASE("vks/certificate: what was asked for, by any of its keys") {
  const std::string body = armored(certificate('a', 'b'));
  for (const char key : {'a', 'b'}) {
    CHECK(outcome(body, {Query::Kind::fingerprint, fingerprint(key)}) == "found");
    CHECK(outcome(body, {Query::Kind::key_id, fingerprint(key).substr(24)}) == "found");
  }
  CHECK(outcome(body, {Query::Kind::fingerprint, fingerprint('c')}) == "vks.other-certificate");
  CHECK(outcome(body, {Query::Kind::key_id, fingerprint('c').substr(24)}) == "vks.other-certificate");
  // Its first digits are no key ID.
  CHECK(outcome(body, {Query::Kind::key_id, fingerprint('a').substr(0, 16)}) == "vks.other-certificate");
  // A key of another version has another fingerprint.
  const std::string other = packet(packet_public_key, test::key_body('a', 6));
  CHECK(outcome(armored(other), {Query::Kind::fingerprint, fingerprint_of_key(test::key_body('a', 6))}) ==
        "vks.other-certificate");
  // Each of several.
  CHECK(outcome(body + body) == "found");
  CHECK(outcome(body + armored(certificate('c', 'd'))) == "vks.other-certificate");
  CHECK(outcome(armored(certificate('a', 'b') + certificate('c', 'd'))) == "vks.other-certificate");
}

TEST_CASE("vks/certificate: by address, in whatever form it has there") {
  for (const std::string_view user_id :
       {"Ann <ann@xn--bcher-kva.example>", "Ann <Ann@b\u00fccher.EXAMPLE>", "ann@b\u00fccher.example"}) {
    CAPTURE(user_id);
    CHECK(outcome(armored(certificate('a', 'b', {"Bob <bob@example.org>", user_id})), by_ann) == "found");
  }
  for (const std::string_view user_id :
       {"Ann <ann@bucher.example>", "ann@xn--bcher-kva.example <eve@example.org>", "ann", "", "ann@b\xFC.example"}) {
    CAPTURE(user_id);
    CHECK(outcome(armored(certificate('a', 'b', {user_id})), by_ann) == "vks.other-certificate");
  }
  CHECK(outcome(armored(certificate('a', 'b')), by_ann) == "vks.other-certificate");
}

TEST_CASE("vks/certificate: answers that are none") {
  const std::string bytes = certificate('a', 'b');
  const std::string body = armored(bytes);
  CHECK(outcome("") == "vks.answer");
  CHECK(outcome("<html>not here</html>") == "vks.answer");
  CHECK(outcome(bytes) == "vks.answer");
  CHECK(outcome(body.substr(0, body.size() / 2)) == "vks.answer");
  CHECK(outcome(armored("")) == "vks.answer");
  CHECK(outcome(armored("x")) == "vks.answer");
  CHECK(outcome(armored(bytes.substr(0, bytes.size() - 1))) == "vks.answer");
  for (const ArmorKind kind : {ArmorKind::message, ArmorKind::private_key, ArmorKind::signature, ArmorKind::other})
    CHECK(outcome(armor(kind, bytes)) == "vks.answer");
  CHECK(outcome("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nx\n" + body) == "vks.answer");
  for (const int tag : std::initializer_list<int>{packet_secret_key, packet_secret_subkey, packet_literal,
                                                  packet_compressed, packet_pkesk, 63}) {
    CAPTURE(tag);
    CHECK(outcome(armored(bytes + packet(tag, test::key_body('e')))) == "vks.answer");
    CHECK(outcome(armored(packet(tag, test::key_body('e')) + bytes)) == "vks.answer");
  }
  // What belongs to no key.
  CHECK(outcome(armored(packet(packet_user_id, "a") + bytes)) == "vks.answer");
  CHECK(outcome(armored(packet(packet_marker, "PGP"))) == "vks.answer");
  CHECK(outcome(armored(packet(packet_marker, "PGP") + bytes)) == "found");
  const std::string large(max_certificate, '\0');
  CHECK(outcome(armored(bytes + large)) == "vks.answer");
}

TEST_CASE("vks/certificate: what the server wrote around it is gone") {
  const std::string bytes = certificate('a', 'b');
  std::string body = armored(bytes);
  body.insert(body.find('\n') + 1, "Comment: \x1b[2J\n");
  const auto answer = read_answer("\x1b]0;hello\x07\n" + body + "trailing\n", by_primary, idn::to_ascii);
  REQUIRE(answer);
  CHECK(*answer == armored(bytes));
}

TEST_CASE("vks/certificate: uploads") {
  const std::string bytes = certificate('a', 'b', {"Ann <ann@example.org>"});
  CHECK(refused(bytes) == fingerprint('a'));
  CHECK(refused(armored(bytes)) == fingerprint('a'));
  CHECK(read_upload(armored(bytes))->keytext == armored(bytes));
  CHECK(read_upload("secret words\n" + armored(bytes)).error().code == "vks.input");
  CHECK(refused("") == "vks.input");
  CHECK(refused("ann@example.org") == "vks.input");
  CHECK(refused(bytes + bytes) == "vks.input");
  CHECK(refused(armored(bytes) + armored(bytes)) == "vks.input");
  CHECK(refused(packet(packet_marker, "PGP") + bytes) == "vks.input");
  CHECK(refused(packet(packet_public_key, test::key_body('a', 6))) == "vks.input");
  CHECK(refused(packet(packet_signature, "\x04\x20")) == "vks.input");
  CHECK(refused(bytes.substr(0, bytes.size() - 1)) == "vks.input");
}

TEST_CASE("vks/certificate: nothing with a secret key is uploaded") {
  const std::string bytes = certificate('a', 'b');
  for (const int tag : std::initializer_list<int>{packet_secret_key, packet_secret_subkey}) {
    CHECK(refused(packet(tag, "x") + bytes) == "vks.secret-key");
    CHECK(refused(bytes + packet(tag, "x")) == "vks.secret-key");
    CHECK(refused(armored(bytes + packet(tag, "x"))) == "vks.secret-key");
  }
  CHECK(refused(armor(ArmorKind::private_key, bytes)) == "vks.secret-key");
  CHECK(refused(armored(bytes) + armor(ArmorKind::private_key, bytes)) == "vks.secret-key");
  const std::string cut = armor(ArmorKind::private_key, bytes);
  CHECK(refused(cut.substr(0, cut.size() - 60)) == "vks.secret-key");
  const std::string folder = SM_PROJECT_ROOT "/tests/unit/backend-rnp/data/";
  for (const char* const file : {"ann.sec.pgp", "fay.sec.pgp", "fay-offline.sec.pgp", "gus.sec.pgp"}) {
    CAPTURE(file);
    const std::string secret = *read_file(folder + file, 1 << 20);
    CHECK(read_upload(secret).error().kind == ErrorKind::key);
    CHECK(refused(secret) == "vks.secret-key");
    CHECK(refused(armored(secret)) == "vks.secret-key");
  }
}
