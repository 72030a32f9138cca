#include "backend/rnp/signing_key.hpp"

#include <botan/dl_group.h>
#include <botan/dsa.h>
#include <botan/ec_group.h>
#include <botan/ecdsa.h>
#include <botan/ed25519.h>
#include <botan/hash.h>
#include <botan/pubkey.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>

#include <bit>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/key_material.hpp"

namespace sm::rnp {
namespace {

using Octets = Botan::secure_vector<std::uint8_t>;

constexpr std::string_view ed25519_oid = "1.3.6.1.4.1.11591.15.1";
constexpr std::size_t ed25519_size = 32;

bool is_rsa(int algorithm) {
  return algorithm == 1 || algorithm == 3;
}

std::unique_ptr<Botan::Private_Key> open_rsa(Fields material, Fields secret) {
  const auto n = number<Botan::BigInt>(material.mpi());
  const auto e = number<Botan::BigInt>(material.mpi());
  const auto d = number<Botan::BigInt>(secret.mpi());
  const auto p = number<Botan::BigInt>(secret.mpi());
  const auto q = number<Botan::BigInt>(secret.mpi());
  if (!material.good || !secret.good) return nullptr;
  return std::make_unique<Botan::RSA_PrivateKey>(p, q, e, d, n);
}

std::unique_ptr<Botan::Private_Key> open_dsa(Fields material, Fields secret) {
  const auto p = number<Botan::BigInt>(material.mpi());
  const auto q = number<Botan::BigInt>(material.mpi());
  const auto g = number<Botan::BigInt>(material.mpi());
  const auto x = number<Botan::BigInt>(secret.mpi());
  if (!material.good || !secret.good) return nullptr;
  return std::make_unique<Botan::DSA_PrivateKey>(Botan::system_rng(), Botan::DL_Group(p, q, g), x);
}

std::unique_ptr<Botan::Private_Key> open_ecdsa(Fields material, Fields secret) {
  const std::string oid = dotted(material.sized());
  const auto scalar = number<Botan::BigInt>(secret.mpi());
  if (!material.good || !secret.good || oid.empty()) return nullptr;
  return std::make_unique<Botan::ECDSA_PrivateKey>(Botan::system_rng(), Botan::EC_Group(Botan::OID(oid)), scalar);
}

std::unique_ptr<Botan::Private_Key> open_eddsa(Fields material, Fields secret) {
  const std::string oid = dotted(material.sized());
  const std::string_view seed = secret.mpi();
  if (!material.good || !secret.good || oid != ed25519_oid || seed.size() > ed25519_size) return nullptr;
  // As a number it has lost its leading zeros.
  Octets padded(ed25519_size - seed.size());
  padded.insert(padded.end(), octets(seed), octets(seed) + seed.size());
  return std::make_unique<Botan::Ed25519_PrivateKey>(padded);
}

std::unique_ptr<Botan::Private_Key> open_key(int algorithm, Fields material, Fields secret) {
  switch (algorithm) {
    case 1:
    case 3:
      return open_rsa(material, secret);
    case 17:
      return open_dsa(material, secret);
    case 19:
      return open_ecdsa(material, secret);
    case 22:
      return open_eddsa(material, secret);
    default:
      return nullptr;
  }
}

// RFC 9580 §5.2.3.2: of a curve at least as long as its order; GnuPG and RNP refuse others.
int suitable_hash(int algorithm, std::size_t bits) {
  if (algorithm != 19 || bits <= 256) return 8;
  return bits <= 384 ? 9 : 10;
}

std::string mpi(std::string_view bytes) {
  while (!bytes.empty() && bytes.front() == 0) bytes.remove_prefix(1);
  if (bytes.empty()) return std::string(2, '\0');
  const std::size_t bits = 8 * (bytes.size() - 1) + std::bit_width(static_cast<unsigned char>(bytes.front()));
  std::string text(1, static_cast<char>(bits >> 8));
  text += static_cast<char>(bits & 0xff);
  return text.append(bytes);
}

}  // namespace

SigningKey::SigningKey() = default;
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::open(std::string_view packet) {
  const PacketRun run = leading_packets(packet);
  const auto body = run.packets.empty() ? std::nullopt : parse_key(run.packets.front().body, true);
  const auto unusable = [&](const std::string& why) {
    return fail(ErrorKind::key, "key.unusable",
                "the secret key " + (body ? fingerprint_of_key(body->public_part) + " " : std::string()) + why);
  };
  if (!body || body->is_protected || body->is_stub) return unusable("is not there");
  SigningKey key;
  try {
    key.key_ = open_key(body->algorithm, Fields{body->public_part.substr(material_start)},
                        Fields{body->secret_part.substr(1)});
    if (!key.key_) return unusable("is of no kind that signs");
    key.hash_ = suitable_hash(body->algorithm, key.key_->key_length());
  } catch (const Botan::Exception&) {
    return unusable("is damaged");
  }
  key.fingerprint_ = fingerprint_of_key(body->public_part);
  key.public_part_ = body->public_part;
  key.algorithm_ = body->algorithm;
  return key;
}

std::string SigningKey::sign(std::string_view data) const {
  const std::string hash_name = botan_hash(hash_);
  const auto hash = Botan::HashFunction::create_or_throw(hash_name);
  hash->update(octets(data), data.size());
  const Octets digest = hash->final();
  // EdDSA signs the digest as its message (RFC 9580 §5.2.3.3.2).
  const std::string padding = algorithm_ == 22     ? "Pure"
                              : is_rsa(algorithm_) ? "EMSA3(" + hash_name + ")"
                                                   : "EMSA1(" + hash_name + ")";
  Botan::PK_Signer signer(*key_, Botan::system_rng(), padding, Botan::IEEE_1363);
  const auto made = algorithm_ == 22 ? signer.sign_message(digest.data(), digest.size(), Botan::system_rng())
                                     : signer.sign_message(octets(data), data.size(), Botan::system_rng());
  const std::string_view numbers(reinterpret_cast<const char*>(made.data()), made.size());

  std::string end(reinterpret_cast<const char*>(digest.data()), 2);
  if (is_rsa(algorithm_)) return end + mpi(numbers);
  const std::size_t half = numbers.size() / 2;
  return end + mpi(numbers.substr(0, half)) + mpi(numbers.substr(half));
}

}  // namespace sm::rnp
