// Ports of the cryptography: what programs need of OpenPGP, in OpenPGP's terms. A backend implements them
// (backend/rnp); its tests are tests/unit/crypto/contract.hpp. All packets are binary: armor is crypto/armor.hpp's.
// Nothing is printed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "crypto/key.hpp"
#include "io/stream.hpp"

namespace sm {

// ---- signatures

enum class SignatureState {
  right,        // mathematically valid over these bytes
  wrong,        // not
  unknown_key,  // the signer's certificate is not at hand
  unsupported,  // version, algorithm or hash that can't be checked
};

struct Signature {
  SignatureState state = SignatureState::unsupported;
  std::string key_id;        // issuer as the signature names it, may be empty
  std::string hash;          // "sha256", lower case, as in micalg without "pgp-"
  std::int64_t created = 0;  // seconds since the epoch
  std::int64_t expires = 0;  // 0 is never
  // The key that made it and the certificate it belongs to, of whose subkeys only the signing one need be there; filled
  // unless unknown_key or unsupported.
  Key key;
  CertificateInfo certificate;
};

// Allowed values of --digest.
enum class Hash { automatic, sha256, sha384, sha512 };

struct DetachedSignature {
  std::string packets;  // binary
  std::string hash;     // really used, "sha512"
};

class Signer {
 public:
  virtual ~Signer() = default;
  // The key that signs for this certificate (its primary fingerprint) now: signing_key() among those whose secret part
  // is at hand. None: key.revoked, key.expired, key.missing, key.unusable (all: key).
  virtual Result<Fingerprint> choose_key(const Fingerprint& certificate) = 0;
  // A binary-document signature (type 0x00) over all of `data`, by the signing key or subkey `key` (its fingerprint).
  // Errors: key.missing, key.locked, key.passphrase (all: key), and data's.
  virtual Result<DetachedSignature> sign(Source& data, const Fingerprint& key, Hash hash) = 0;
};

class Verifier {
 public:
  virtual ~Verifier() = default;
  // Every signature in `signatures` (binary packets, in order) over all of `data`. A signature that is wrong is a
  // value, not an error. Signatures that can't be parsed at all: crypto.bad-signature-packet (data). Binary (0x00) and
  // text (0x01) signatures.
  virtual Result<std::vector<Signature>> verify(Source& data, std::string_view signatures) = 0;
  // Every signature in a signed OpenPGP message that is not encrypted (binary, compressed or not), over the text in it,
  // which is not given. One that holds anything but signatures and one literal data packet, or is not whole:
  // crypto.bad-signed-message; more than `limit` bytes of text, or too many for its size: crypto.too-long (both: data).
  virtual Result<std::vector<Signature>> verify_message(Source& message, std::uint64_t limit) = 0;
};

// ---- encryption

struct EncryptionRequest {
  std::vector<Fingerprint>
      recipients;  // primary fingerprints of certificates in the KeySource; each gets its encryption_key()
  std::vector<Fingerprint> hidden;       // those of them whose key ID the message does not name (RFC 9580 §5.1.1)
  std::optional<Fingerprint> sign_with;  // signing key or subkey
  Hash hash = Hash::automatic;
};

class Encryptor {
 public:
  virtual ~Encryptor() = default;
  // One OpenPGP message, binary: AES-256, with integrity protection that every recipient's features allow (SEIPD v1,
  // RFC 9580 §5.13.1), no compression, literal data packet "b" without name and date. Errors: key.*, crypto.encrypt,
  // and those of the ends.
  virtual Result<void> encrypt(Source& plain, Sink& cipher, const EncryptionRequest& request) = 0;
  // What the KeySource holds under this primary fingerprint, to choose keys by; encrypt() does not load it a second
  // time.
  virtual Result<std::optional<CertificateInfo>> certificate(const Fingerprint& fingerprint) = 0;
};

struct DecryptionLimits {
  std::uint64_t output = limits::max_message;  // bytes; more: crypto.too-long (data)
};

// An encrypted message, to be read from `first`. Where `again` is given, it opens the same bytes once more, from their
// start.
struct Ciphertext {
  Ciphertext(Source& from, std::function<std::unique_ptr<Source>()> reopen = nullptr)
      : first(from), again(std::move(reopen)) {}
  Source& first;
  std::function<std::unique_ptr<Source>()> again;
};

struct Decryption {
  std::vector<Signature> signatures;    // in the message, in order; none if it is not signed
  Fingerprint key;                      // that opened it; empty: by password
  std::vector<std::string> recipients;  // key IDs of its PKESKs, "0000000000000000" for hidden ones
};

class Decryptor {
 public:
  virtual ~Decryptor() = default;
  // Decrypts one OpenPGP message (binary). `plain` gets bytes before integrity is known: it must hold them until
  // success. Fails, each with one text whatever the reason was, with crypto.damaged (data: not intact, no integrity
  // protection, malformed, over a limit, nested too deep, a second literal packet), key.missing (key: no secret key for
  // it), key.locked, key.passphrase (key). Order of keys: without passphrase, then with, in the order of the message;
  // then hidden recipients; then passwords.
  virtual Result<Decryption> decrypt(const Ciphertext& cipher, Sink& plain, const DecryptionLimits& bounds) = 0;
};

// ---- certificates

// One transferable key found in an input.
struct ImportedKey {
  CertificateInfo info;
  std::string certificate;        // binary transferable public key
  Secret secret;                  // binary transferable secret key as it came, or empty
  bool secret_protected = false;  // some secret part needs a passphrase
  std::vector<Fingerprint>
      secret_available;  // keys and subkeys whose secret part is really there (not a gnu-dummy stub)
};

struct ImportSkip {
  std::string what;      // a key ID or fingerprint or "packet 3"
  std::string code;      // crypto.unsupported-version, crypto.damaged …
  bool damaged = false;  // as against: valid, but nothing that we can use (v6, v3)
};

// A stand-alone revocation signature, to be merged into a certificate.
struct StandAloneRevocation {
  std::string packets;  // binary
  std::string issuer;   // fingerprint or key ID of the key that made it, as far as it says
};

struct KeyInput {
  std::vector<ImportedKey> keys;
  std::vector<StandAloneRevocation> revocations;
  std::vector<ImportSkip> skipped;
};

class CertificateReader {
 public:
  virtual ~CertificateReader() = default;
  // Everything in `bytes`: armored (any number of blocks, text between them) or binary, several keys, revocation
  // certificates. Good ones are given even if others are damaged. Nothing in it at all: crypto.no-key (data).
  virtual Result<KeyInput> read(std::string_view bytes) = 0;
  // One binary certificate (or secret key) of which the caller knows that it is one.
  virtual Result<CertificateInfo> inspect(std::string_view certificate) = 0;
  // The union of two states of one certificate (same fingerprint), binary. Never loses a signature or packet that was
  // in `old`.
  virtual Result<std::string> merge(std::string_view old, std::string_view fresh) = 0;
  // Applies a stand-alone revocation signature; nullopt if it is none of this certificate's.
  virtual Result<std::optional<std::string>> apply_revocation(std::string_view certificate,
                                                              std::string_view revocation) = 0;
  // Only the user IDs whose text is in `keep`, and with `minimal` only what is needed to use it: latest
  // self-signatures, no third-party certifications.
  virtual Result<std::string> strip(std::string_view certificate, const std::optional<std::vector<std::string>>& keep,
                                    bool minimal) = 0;

  // Whether the owner of `old` has named `fresh` his: one of its user IDs whose text is in `user_ids` carries a right
  // certification (RFC 9580 §5.2.1.4 to 7) by the primary key of `old`, not taken back, made while that key was neither
  // expired nor revoked. Of a key that is revoked as compromised, or without a reason, nothing counts.
  virtual Result<bool> is_certified(std::string_view fresh, const std::vector<std::string>& user_ids,
                                    std::string_view old) = 0;

  // The transferable secret key (RFC 9580 §10.2) of what `certificate` says and the secret parts in `secret`, in an
  // order that depends on nothing else: the same state is the same bytes. Secret parts of keys that the certificate
  // does not hold are left out; its keys whose secret part is not there become stubs.
  virtual Result<Secret> compose_secret(std::string_view certificate, std::string_view secret) = 0;
  // `old` and the secret parts that only `fresh` has, which must be of the same primary key; nullopt: `old` has all.
  // One key with two different secret packets, as after a change of the passphrase: store.secret-conflict (key).
  virtual Result<std::optional<Secret>> merge_secrets(std::string_view old, std::string_view fresh) = 0;
};

struct KeyRequest {
  std::string algorithm = "ed25519";  // ed25519, rsa3072, rsa4096, nistp256, nistp384, nistp521
  std::int64_t lifetime = 0;          // seconds from now; 0 is never
  std::vector<std::string> user_ids;  // the first is primary
  Secret passphrase;                  // empty: the secret key is not protected
};

struct GeneratedKey {
  CertificateInfo info;
  std::string certificate;
  Secret secret;           // protected with AES-256 if there is a passphrase
  std::string revocation;  // binary signature, reason: none
};

class KeyGenerator {
 public:
  virtual ~KeyGenerator() = default;
  virtual Result<GeneratedKey> generate(const KeyRequest& request) = 0;
};

}  // namespace sm
