#include "backend/rnp/session_key.hpp"

#include <botan/curve25519.h>
#include <botan/dl_group.h>
#include <botan/ec_group.h>
#include <botan/ecdh.h>
#include <botan/elgamal.h>
#include <botan/hash.h>
#include <botan/pubkey.h>
#include <botan/rfc3394.h>
#include <botan/rsa.h>
#include <botan/system_rng.h>

#include <algorithm>
#include <array>
#include <string>

#include "backend/rnp/framing.hpp"
#include "backend/rnp/key_material.hpp"
#include "text/hex.hpp"

namespace sm::rnp {
namespace {

using Octets = Botan::secure_vector<std::uint8_t>;

Octets secret_copy(std::string_view bytes) {
  return {octets(bytes), octets(bytes) + bytes.size()};
}

constexpr std::array<Cipher, 11> ciphers{{{1, "IDEA", 16},
                                          {2, "TripleDES", 24},
                                          {3, "CAST-128", 16},
                                          {4, "Blowfish", 16},
                                          {7, "AES-128", 16},
                                          {8, "AES-192", 24},
                                          {9, "AES-256", 32},
                                          {10, "Twofish", 32},
                                          {11, "Camellia-128", 16},
                                          {12, "Camellia-192", 24},
                                          {13, "Camellia-256", 32}}};

const Cipher* find_cipher(int id) {
  const auto found = std::ranges::find(ciphers, id, &Cipher::id);
  return found == ciphers.end() ? nullptr : &*found;
}

Octets decrypt_pkcs1(const Botan::Private_Key& key, const Octets& encrypted) {
  const Botan::PK_Decryptor_EME decryptor(key, Botan::system_rng(), "EME-PKCS1-v1_5");
  return decryptor.decrypt(encrypted);
}

std::optional<Octets> open_rsa(Fields packet, Fields material, Fields secret) {
  const auto n = number<Botan::BigInt>(material.mpi());
  const auto e = number<Botan::BigInt>(material.mpi());
  const auto d = number<Botan::BigInt>(secret.mpi());
  const auto p = number<Botan::BigInt>(secret.mpi());
  const auto q = number<Botan::BigInt>(secret.mpi());
  const auto encrypted = number<Botan::BigInt>(packet.mpi());
  if (!packet.good || !material.good || !secret.good || encrypted >= n) return std::nullopt;
  const Botan::RSA_PrivateKey key(p, q, e, d, n);
  return decrypt_pkcs1(key, Botan::BigInt::encode_1363(encrypted, n.bytes()));
}

std::optional<Octets> open_elgamal(Fields packet, Fields material, Fields secret) {
  const auto p = number<Botan::BigInt>(material.mpi());
  const auto g = number<Botan::BigInt>(material.mpi());
  const auto x = number<Botan::BigInt>(secret.mpi());
  const auto first = number<Botan::BigInt>(packet.mpi());
  const auto second = number<Botan::BigInt>(packet.mpi());
  if (!packet.good || !material.good || !secret.good || first >= p || second >= p) return std::nullopt;
  const Botan::ElGamal_PrivateKey key(Botan::system_rng(), Botan::DL_Group(p, g), x);
  Octets encrypted = Botan::BigInt::encode_1363(first, p.bytes());
  encrypted += Botan::BigInt::encode_1363(second, p.bytes());
  return decrypt_pkcs1(key, encrypted);
}

// RFC 9580 §11.5.
std::optional<Octets> open_ecdh(Fields packet, Fields material, Fields secret, const Fingerprint& fingerprint) {
  const std::string_view curve = material.sized();
  material.mpi();
  const std::string_view kdf = material.sized();
  const std::string_view scalar = secret.mpi();
  const std::string_view point = packet.mpi();
  const std::string_view wrapped = packet.sized();
  if (!packet.good || !material.good || !secret.good || kdf.size() != 3 || kdf[0] != 1) return std::nullopt;
  const char* hash = botan_hash(static_cast<unsigned char>(kdf[1]));
  const Cipher* cipher = find_cipher(static_cast<unsigned char>(kdf[2]));
  // The key wrapping is defined for AES.
  if (!hash || !cipher || cipher->id < 7 || cipher->id > 9) return std::nullopt;

  const auto agree = [&](const Botan::PK_Key_Agreement_Key& key, std::string_view peer) {
    const auto& own = dynamic_cast<const Botan::Private_Key&>(key);
    const Botan::PK_Key_Agreement agreement(own, Botan::system_rng(), "Raw");
    return agreement.derive_key(0, octets(peer), peer.size()).bits_of();
  };
  Octets shared;
  if (const std::string oid = dotted(curve); oid == "1.3.6.1.4.1.3029.1.5.1") {
    // The secret is a number, and so the other way round than X25519 has it.
    if (point.size() != 33 || point[0] != 0x40 || scalar.size() > 32) return std::nullopt;
    Octets little = secret_copy(scalar);
    std::ranges::reverse(little);
    little.resize(32);
    shared = agree(Botan::Curve25519_PrivateKey(little), point.substr(1));
  } else {
    const Botan::EC_Group group{Botan::OID(oid)};
    shared = agree(Botan::ECDH_PrivateKey(Botan::system_rng(), group, number<Botan::BigInt>(scalar)), point);
  }

  std::string parameters(1, static_cast<char>(curve.size()));
  parameters.append(curve).append("\x12\x03", 2).append(kdf).append("Anonymous Sender    ");
  parameters += *hex_decode(fingerprint);
  const auto derivation = Botan::HashFunction::create_or_throw(hash);
  derivation->update_be(std::uint32_t{1});
  derivation->update(shared);
  derivation->update(parameters);
  Octets wrapping = derivation->final();
  wrapping.resize(cipher->key_size);
  Octets padded = Botan::rfc3394_keyunwrap(secret_copy(wrapped), Botan::SymmetricKey(wrapping));
  const std::size_t padding = padded.empty() ? 0 : padded.back();
  if (padding == 0 || padding >= padded.size() ||
      !std::all_of(padded.end() - static_cast<std::ptrdiff_t>(padding), padded.end(),
                   [&](std::uint8_t octet) { return octet == padding; })) {
    return std::nullopt;
  }
  padded.resize(padded.size() - padding);
  return padded;
}

// The algorithm, the key and a checksum (RFC 9580 §5.1.3).
std::optional<SessionKey> parse_session_key(const Octets& bytes) {
  const Cipher* cipher = bytes.empty() ? nullptr : find_cipher(bytes[0]);
  if (!cipher || bytes.size() != 1 + cipher->key_size + 2) return std::nullopt;
  std::uint32_t sum = 0;
  for (std::size_t i = 1; i <= cipher->key_size; ++i) sum += bytes[i];
  if ((sum & 0xffff) != (std::uint32_t{bytes[bytes.size() - 2]} << 8 | bytes.back())) return std::nullopt;
  return SessionKey{*cipher, Secret({reinterpret_cast<const char*>(bytes.data()) + 1, cipher->key_size})};
}

}  // namespace

std::optional<SessionKey> open_session_key(std::string_view packet, std::string_view secret_key) {
  constexpr std::size_t packet_start = 10;  // version, key ID, algorithm
  const auto key = parse_key(secret_key, true);
  if (!key || key->is_protected || key->is_stub || packet.size() < packet_start || packet[0] != 3) return std::nullopt;
  const Fields encrypted{packet.substr(packet_start)};
  const Fields material{key->public_part.substr(material_start)};
  const Fields secret{key->secret_part.substr(1)};
  const bool elgamal = key->algorithm == 16 || key->algorithm == 20;
  try {
    std::optional<Octets> opened;
    switch (packet[packet_start - 1]) {
      case 1:
      case 2:
        if (key->algorithm == 1 || key->algorithm == 2) opened = open_rsa(encrypted, material, secret);
        break;
      case 16:
      case 20:
        if (elgamal) opened = open_elgamal(encrypted, material, secret);
        break;
      case 18:
        if (key->algorithm == 18) opened = open_ecdh(encrypted, material, secret, fingerprint_of_key(key->public_part));
        break;
      default:
        break;
    }
    return opened ? parse_session_key(*opened) : std::nullopt;
  } catch (const Botan::Exception&) {
    // Its way to say that padding, a point or a wrapped key is not right.
    return std::nullopt;
  }
}

}  // namespace sm::rnp
