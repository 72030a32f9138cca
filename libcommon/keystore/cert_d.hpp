// pgp.cert.d, the directory of certificates that OpenPGP programs share (draft-nwjw-openpgp-cert-d §3): one binary
// certificate a file, named by its fingerprint in lower case: two digits, a slash, the rest. Everything else in it
// (trust-root, names that begin with "_", version 6 fingerprints of 64 digits) is none of ours. Writers hold an
// exclusive lock on the file "writelock", merge, and rename a temporary file into place; readers need no lock. Only the
// keystore uses it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/ports.hpp"
#include "keystore/store_files.hpp"

namespace sm::store {

// Whether `a` and `b` consist of the same packets, in whatever order and framing.
bool same_packets(std::string_view a, std::string_view b);

// Fingerprints of the primary key and the subkeys in a binary certificate (RFC 9580 §5.5.4.2), by framing alone: that a
// subkey is rightly bound is not looked at. Version 4 only; empty if the framing is bad.
std::vector<Fingerprint> key_fingerprints(std::string_view certificate);

class CertD {
 public:
  explicit CertD(std::string path) : path_(std::move(path)) {}
  const std::string& path() const { return path_; }

  Result<std::optional<StoredFile>> get(const Fingerprint& fingerprint) const;
  // nullopt: not there.
  std::optional<FileStamp> stamp(const Fingerprint& fingerprint) const;
  // Sorted.
  Result<std::vector<Fingerprint>> list() const;

  struct Stored {
    bool created = false;
    bool changed = false;
    std::string bytes;  // what is there now
    FileStamp stamp;
  };
  // Merges into what is there. store.certificate (data): what is there can't be read, and is left alone.
  Result<Stored> put(const Fingerprint& fingerprint, std::string_view certificate, CertificateReader& reader);
  // false: it was not there.
  Result<bool> remove(const Fingerprint& fingerprint);

  // A shard is one of the 256 directories, by its name of two digits.
  // When each that exists was changed last. Writable by group or others: store.mode.
  Result<std::map<std::string, FileTime>> shard_times() const;
  Result<std::map<Fingerprint, FileStamp>> shard(const std::string& name) const;
  static std::string shard_of(const Fingerprint& fingerprint);

 private:
  std::string path_of(const Fingerprint& fingerprint) const;
  std::string path_;
};

}  // namespace sm::store
