#include "keystore/cert_d.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <tuple>
#include <utility>

#include "base/primitives.hpp"
#include "crypto/packets.hpp"
#include "io/atomic_file.hpp"
#include "text/ascii.hpp"
#include "text/hex.hpp"

namespace sm::store {
namespace {

bool is_lower_hex(std::string_view text, std::size_t size) {
  return text.size() == size && std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

Fingerprint fingerprint_of(std::string_view shard, std::string_view rest) {
  return upper(shard) + upper(rest);
}

}  // namespace

bool same_packets(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const auto of_a = split_packets(a);
  const auto of_b = split_packets(b);
  if (!of_a || !of_b || of_a->size() != of_b->size()) return false;
  const auto content = [](const std::vector<Packet>& packets) {
    std::vector<std::pair<int, std::string_view>> result;
    result.reserve(packets.size());
    for (const Packet& packet : packets) result.emplace_back(packet.tag, packet.body);
    std::ranges::sort(result);
    return result;
  };
  return content(*of_a) == content(*of_b);
}

std::vector<Fingerprint> key_fingerprints(std::string_view certificate) {
  std::vector<Fingerprint> fingerprints;
  const auto packets = split_packets(certificate);
  if (!packets) return fingerprints;
  for (const Packet& packet : *packets) {
    if (packet.tag != packet_public_key && packet.tag != packet_public_subkey) continue;
    const std::string_view body = packet.body;
    if (body.empty() || body.front() != 4 || body.size() > 0xffff) continue;
    std::string hashed("\x99");
    hashed += static_cast<char>(body.size() >> 8);
    hashed += static_cast<char>(body.size() & 0xff);
    hashed += body;
    const auto digest = sha1(hashed);
    fingerprints.push_back(hex_upper({reinterpret_cast<const char*>(digest.data()), digest.size()}));
  }
  return fingerprints;
}

std::string CertD::shard_of(const Fingerprint& fingerprint) {
  return lower(fingerprint.substr(0, 2));
}

std::string CertD::path_of(const Fingerprint& fingerprint) const {
  return path_ + '/' + shard_of(fingerprint) + '/' + lower(fingerprint.substr(2));
}

Result<std::optional<StoredFile>> CertD::get(const Fingerprint& fingerprint) const {
  return read_stored(path_of(fingerprint));
}

std::optional<FileStamp> CertD::stamp(const Fingerprint& fingerprint) const {
  struct stat status {};
  if (stat(path_of(fingerprint).c_str(), &status) != 0) return std::nullopt;
  return stamp_of(status);
}

Result<std::vector<Fingerprint>> CertD::list() const {
  std::vector<Fingerprint> fingerprints;
  for (const auto& [name, time] : SM_TRY(shard_times())) {
    for (const std::string& rest : SM_TRY(list_directory(path_ + '/' + name))) {
      if (is_lower_hex(rest, 38)) fingerprints.push_back(fingerprint_of(name, rest));
    }
  }
  std::ranges::sort(fingerprints);
  return fingerprints;
}

Result<CertD::Stored> CertD::put(const Fingerprint& fingerprint, std::string_view certificate,
                                 CertificateReader& reader) {
  SM_TRY(make_directories(path_, 0755));
  const Lock lock = SM_TRY(Lock::acquire(path_ + "/writelock"));
  SM_TRY(make_directory(path_ + '/' + shard_of(fingerprint), 0755));
  const std::string path = path_of(fingerprint);
  auto old = SM_TRY(read_stored(path));
  Stored stored{!old, true, {}, {}};
  if (!old) {
    stored.bytes = certificate;
  } else {
    auto merged = old->bytes == certificate ? Result<std::string>(old->bytes) : reader.merge(old->bytes, certificate);
    if (!merged) {
      // Which of the two is at fault decides what the user has to do.
      if (reader.inspect(old->bytes)) return Unexpected{std::move(merged).error()};
      return fail(ErrorKind::data, "store.certificate", path + " is not a certificate that can be read",
                  "move it out of the way and try again");
    }
    if (same_packets(old->bytes, *merged)) return Stored{false, false, std::move(old->bytes), old->stamp};
    stored.bytes = *std::move(merged);
  }
  SM_TRY(write_file(path, stored.bytes, 0644));
  if (const auto now = stamp(fingerprint)) stored.stamp = *now;
  // Others may watch the time of the top directory, where their own temporary files come and go; not ours to insist on.
  utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
  return stored;
}

Result<bool> CertD::remove(const Fingerprint& fingerprint) {
  if (!file_exists(path_of(fingerprint))) return false;
  const Lock lock = SM_TRY(Lock::acquire(path_ + "/writelock"));
  const bool removed = SM_TRY(remove_file(path_of(fingerprint)));
  utimensat(AT_FDCWD, path_.c_str(), nullptr, 0);
  return removed;
}

Result<std::map<std::string, FileTime>> CertD::shard_times() const {
  std::map<std::string, FileTime> times;
  const Descriptor directory(open(path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) {
    if (errno == ENOENT || errno == ENOTDIR) return times;
    return fail_errno("store.read", "can't read " + path_, errno);
  }
  std::vector<std::string> names = SM_TRY(list_directory(path_));
  std::ranges::sort(names);
  for (std::string& name : names) {
    if (!is_lower_hex(name, 2)) continue;
    struct stat status {};
    if (fstatat(directory.get(), name.c_str(), &status, 0) != 0) {
      if (errno == ENOENT) continue;
      return fail_errno("store.read", "can't read " + path_ + '/' + name, errno);
    }
    if (!S_ISDIR(status.st_mode)) continue;
    SM_TRY(check_mode(path_ + '/' + name, status));
    times.emplace_hint(times.end(), std::move(name), modified_of(status));
  }
  return times;
}

Result<std::map<Fingerprint, FileStamp>> CertD::shard(const std::string& name) const {
  std::map<Fingerprint, FileStamp> files;
  const std::string path = path_ + '/' + name;
  const Descriptor directory(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory && errno != ENOENT) return fail_errno("store.read", "can't read " + path, errno);
  for (const std::string& rest : SM_TRY(list_directory(path))) {
    struct stat status {};
    if (!is_lower_hex(rest, 38) || fstatat(directory.get(), rest.c_str(), &status, 0) != 0) continue;
    if (S_ISREG(status.st_mode)) files.emplace(fingerprint_of(name, rest), stamp_of(status));
  }
  return files;
}

}  // namespace sm::store
