// The folder index/: from a key ID or an address to the certificates that have it, one small file each, so that a
// look-up costs the same whatever the store holds. A cache: it may be absent, older than the certificates, or damaged,
// at any time; what it says is verified against the certificate, and what it does not say is believed only after a look
// at the times of the shards. Only the keystore uses it.
//
//   key/<key ID>        lines "<fingerprint of the key or subkey> <fingerprint of the certificate>"
//   address/<name>      lines "<fingerprint of the certificate>"; named like a binding's file
//   shard/<two digits>  which files this directory of pgp.cert.d had, and what each led to in the other two
//   times               of which pgp.cert.d, and how old each of its directories was when it was read
//   lock                held by who writes
//
// What a shard's file says is in the other two, always: lines are added before it is written and removed after it. A
// writer who is stopped between leaves lines too many, which verifying finds out. Times are written last. Files are
// replaced by renaming, without syncing them: a crash of the machine can leave one empty, which reads as damaged, and
// then everything is made anew. Who makes everything anew removes the times first: a reader without the lock believes
// what he read only if the times are afterwards the file that they were before.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "crypto/verdict.hpp"
#include "keystore/cert_d.hpp"

namespace sm::store {

class Index {
 public:
  Index(std::string root, CertD& certificates, CertificateReader& reader, const Clock& clock, UserIdAddress address_of);

  // Certificates that hold the key or subkey `id`, a fingerprint or a key ID of 16 digits; sorted. As the index stands,
  // not verified.
  std::vector<Fingerprint> holders(std::string_view id);
  // The same after refresh().
  Result<std::vector<Fingerprint>> refreshed_holders(std::string_view id);
  // Certificates with a valid user ID of this address, as the index stands after refresh(), each verified; sorted.
  Result<std::vector<Fingerprint>> claimants(std::string_view address);

  // Takes in what changed in pgp.cert.d. That the index can't be written is no error: what changed is then kept in
  // memory. Errors: reading pgp.cert.d.
  Result<void> refresh();
  // After a certificate was written or removed. What fails is left to refresh().
  void put(const CertificateInfo& info, const FileStamp& stamp);
  void remove(const Fingerprint& fingerprint);
  // Throws all of it away and makes it again. Here failing to write is an error.
  Result<void> rebuild();

 private:
  struct Entry {
    FileStamp stamp;
    std::vector<Fingerprint> keys;  // none if the file is no certificate that can be used
    std::vector<std::string> addresses;
    bool operator==(const Entry&) const = default;
  };
  using Shard = std::map<Fingerprint, Entry>;
  // The time of each shard that was read; zero if it can't tell whether the shard changed since.
  using Times = std::map<std::string, FileTime>;
  struct View {
    FileTime time;
    Shard before;  // as it was indexed
    Shard shard;
    bool complete = true;  // every file could be read
  };
  using Views = std::map<std::string, View>;
  using Lines = std::map<std::string, std::vector<std::string>>;  // by the name of a file in key/ or address/
  struct Changes {
    Lines added;
    Lines removed;
  };

  std::string path(std::string_view name) const;
  Entry entry_of(const CertificateInfo& info, const FileStamp& stamp) const;
  Result<std::optional<Entry>> read_entry(const Fingerprint& fingerprint);
  Result<bool> read_shard(const std::string& name, const Shard& before, Shard& after);
  static void add_changes(const Shard& before, const Shard& after, Changes& changes);

  std::optional<std::string> read(std::string_view name) const;
  Result<void> write(const std::string& name, std::string_view text) const;
  Result<void> add_lines(const Lines& lines);
  Result<void> remove_lines(const Lines& lines);
  Result<void> write_lines(const std::string& name, const std::vector<std::string>& lines);
  std::vector<std::string> read_lines(std::string_view name);
  Result<std::vector<std::string>> refreshed_lines(const std::string& name);
  std::vector<Fingerprint> holders_in(const std::vector<std::string>& lines, std::string_view id) const;
  Shard load_shard(const std::string& name);
  std::optional<Times> load_times();
  Result<void> store_shard(const std::string& name, const Shard& shard) const;
  Result<void> store_times(const Times& times);
  const std::string& certificates_name();

  Result<Lock> lock_to_write() const;
  Result<void> make_folder(std::string_view name) const;
  Result<void> clear();
  Times remembered(const std::optional<Times>& stored) const;
  Result<Views> read_changed(const Times& times, const Times& present, std::int64_t now);
  Result<void> write_views(const std::optional<Times>& stored, const Views& fresh, const Times& present);
  Result<void> take_in(bool writable, std::int64_t now, const Times& present);
  void update(const Fingerprint& fingerprint, const std::optional<Entry>& entry);

  std::string root_;
  CertD& certificates_;
  CertificateReader& reader_;
  const Clock& clock_;
  UserIdAddress address_of_;
  std::string certificates_name_;
  Views views_;           // shards whose state could not be written
  bool damaged_ = false;  // a file of the index was not understood
  bool ignored_ = false;  // the files are of no use: views_ hold everything
};

}  // namespace sm::store
