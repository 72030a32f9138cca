#include "keystore/index.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "base/handle.hpp"
#include "keystore/binding.hpp"

namespace sm::store {
namespace {

// A directory that changed this recently may change again without its time telling: two seconds is the coarsest clock
// of a file system in use (FAT).
constexpr std::int64_t racy_seconds = 2;

constexpr std::size_t fingerprint_length = 40;
constexpr std::size_t key_id_length = 16;

std::string key_file(std::string_view id) {
  return std::string("key/").append(id.substr(id.size() - key_id_length));
}

std::string address_file(std::string_view address) {
  return "address/" + binding_file_name(address);
}

bool can_be_indexed(std::string_view address) {
  return !address.empty() && address.find('\n') == std::string_view::npos;
}

void sort_unique(std::vector<std::string>& values) {
  std::ranges::sort(values);
  values.erase(std::unique(values.begin(), values.end()), values.end());
}

}  // namespace

Index::Index(std::string root, CertD& certificates, CertificateReader& reader, const Clock& clock,
             UserIdAddress address_of)
    : root_(std::move(root)),
      certificates_(certificates),
      reader_(reader),
      clock_(clock),
      address_of_(std::move(address_of)) {}

std::string Index::path(std::string_view name) const {
  return (root_ + "/index/").append(name);
}

// ---- certificates to entries

Index::Entry Index::entry_of(const CertificateInfo& info, const FileStamp& stamp) const {
  Entry entry{stamp, {info.primary.fingerprint}, {}};
  const std::int64_t now = clock_.now();
  for (const Key& subkey : info.subkeys) {
    // What was never rightly bound to it must not lead here: anybody can append a stranger's subkey.
    if (subkey.valid || subkey.revocation != Revocation::none || subkey.expired(now)) {
      entry.keys.push_back(subkey.fingerprint);
    }
  }
  for (const UserId& user_id : info.user_ids) {
    if (!user_id.valid || user_id.revoked) continue;
    std::string address = address_of_(user_id.text);
    if (can_be_indexed(address)) entry.addresses.push_back(std::move(address));
  }
  std::erase_if(entry.keys, [](const Fingerprint& key) { return !is_fingerprint(key); });
  sort_unique(entry.keys);
  sort_unique(entry.addresses);
  return entry;
}

// nullopt: it can't be read, now or by this user.
Result<std::optional<Index::Entry>> Index::read_entry(const Fingerprint& fingerprint) {
  const auto file = certificates_.get(fingerprint);
  if (!file) {
    if (file.error().kind == ErrorKind::config) return Unexpected{file.error()};
    return std::optional<Entry>();
  }
  if (!*file) return std::optional<Entry>();
  const auto info = reader_.inspect((*file)->bytes);
  if (!info || info->fingerprint() != fingerprint) return std::optional(Entry{(*file)->stamp, {}, {}});
  return std::optional(entry_of(*info, (*file)->stamp));
}

// false: some file could not be read.
Result<bool> Index::read_shard(const std::string& name, const Shard& before, Shard& after) {
  bool complete = true;
  for (const auto& [fingerprint, stamp] : SM_TRY(certificates_.shard(name))) {
    const auto known = before.find(fingerprint);
    if (known != before.end() && known->second.stamp == stamp) {
      after.insert(*known);
      continue;
    }
    auto entry = SM_TRY(read_entry(fingerprint));
    if (entry) {
      after.emplace(fingerprint, std::move(*entry));
    } else {
      complete = false;
    }
  }
  return complete;
}

void Index::add_changes(const Shard& before, const Shard& after, Changes& changes) {
  const auto collect = [](const Shard& from, const Shard& other, Lines& lines) {
    for (const auto& [fingerprint, entry] : from) {
      const auto found = other.find(fingerprint);
      const Entry* const same = found == other.end() ? nullptr : &found->second;
      for (const Fingerprint& key : entry.keys) {
        if (same && std::ranges::binary_search(same->keys, key)) continue;
        lines[key_file(key)].push_back(std::string(key).append(1, ' ').append(fingerprint));
      }
      for (const std::string& address : entry.addresses) {
        if (same && std::ranges::binary_search(same->addresses, address)) continue;
        lines[address_file(address)].push_back(fingerprint);
      }
    }
  };
  collect(after, before, changes.added);
  collect(before, after, changes.removed);
}

// ---- taking in changes

Index::Times Index::remembered(const std::optional<Times>& stored) const {
  Times times = stored.value_or(Times());
  for (const auto& [name, view] : views_) times.insert_or_assign(name, view.time);
  return times;
}

// Reads the shards of which `times` does not know the present state. `now` was before `present` was looked at.
Result<Index::Views> Index::read_changed(const Times& times, const Times& present, std::int64_t now) {
  std::vector<std::string> changed;
  for (const auto& [name, time] : present) {
    const auto known = times.find(name);
    if (known == times.end() || known->second != time) changed.push_back(name);
  }
  for (const auto& [name, time] : times) {
    if (!present.contains(name)) changed.push_back(name);
  }
  Views fresh;
  for (const std::string& name : changed) {
    View view{FileTime(), load_shard(name), {}, true};
    view.complete = SM_TRY(read_shard(name, view.before, view.shard));
    const auto at = present.find(name);
    if (at != present.end() && view.complete && at->second.seconds + racy_seconds <= now) view.time = at->second;
    fresh.emplace(name, std::move(view));
  }
  return fresh;
}

// `stored`: the times as they are in their file, if there is one.
Result<void> Index::write_views(const std::optional<Times>& stored, const Views& fresh, const Times& present) {
  Changes changes;
  for (const auto& [name, view] : fresh) add_changes(view.before, view.shard, changes);
  SM_TRY(add_lines(changes.added));
  Times times = stored.value_or(Times());
  for (const auto& [name, view] : fresh) {
    if (view.shard != view.before) SM_TRY(store_shard(name, view.shard));
    if (present.contains(name)) {
      times.insert_or_assign(name, view.time);
    } else {
      times.erase(name);
    }
  }
  SM_TRY(remove_lines(changes.removed));
  if (stored == times) return {};
  return store_times(times);
}

Result<void> Index::take_in(bool writable, std::int64_t now, const Times& present) {
  // A second time if the first finds damage.
  for (int attempt = 0; attempt < 2 && writable && views_.empty(); ++attempt) {
    const auto stored = load_times();
    if (!stored && !clear()) break;
    const Views fresh = SM_TRY(read_changed(stored.value_or(Times()), present, now));
    if (damaged_) continue;
    if (write_views(stored, fresh, present) && !damaged_) return {};
    if (!damaged_) break;
  }
  // In memory, from now on: what is in the files and what is here would not fit together if we wrote later.
  const auto stored = load_times();
  if (!stored && !ignored_) {
    ignored_ = true;
    views_.clear();
  }
  for (auto& [name, view] : SM_TRY(read_changed(remembered(stored), present, now))) {
    view.before.clear();
    views_.insert_or_assign(name, std::move(view));
  }
  return {};
}

Result<void> Index::refresh() {
  const std::int64_t now = clock_.now();
  const Times present = SM_TRY(certificates_.shard_times());
  const auto stored = load_times();
  if (!stored && !ignored_ && present.empty()) return {};
  if (stored && views_.empty() ? *stored == present : (stored || ignored_) && remembered(stored) == present) return {};
  if (!views_.empty() || ignored_) return take_in(false, now, present);
  const auto lock = lock_to_write();
  return take_in(lock.has_value(), now, present);
}

Result<void> Index::rebuild() {
  const Lock lock = SM_TRY(lock_to_write());
  SM_TRY(clear());
  const std::int64_t now = clock_.now();
  const Times present = SM_TRY(certificates_.shard_times());
  const Views fresh = SM_TRY(read_changed({}, present, now));
  return write_views(std::nullopt, fresh, present);
}

void Index::put(const CertificateInfo& info, const FileStamp& stamp) {
  update(info.fingerprint(), entry_of(info, stamp));
}

void Index::remove(const Fingerprint& fingerprint) {
  update(fingerprint, std::nullopt);
}

void Index::update(const Fingerprint& fingerprint, const std::optional<Entry>& entry) {
  if (!views_.empty() || ignored_) return;
  const auto lock = lock_to_write();
  if (!lock) return;
  auto times = load_times();
  if (!times) {
    const std::int64_t now = clock_.now();
    const auto present = certificates_.shard_times();
    if (present) (void)take_in(true, now, *present);
    return;
  }
  // Somebody else may have written it meanwhile, and have indexed what he wrote.
  const auto stamp = certificates_.stamp(fingerprint);
  if (entry ? !stamp || *stamp != entry->stamp : stamp.has_value()) return;
  const std::string name = CertD::shard_of(fingerprint);
  const Shard before = load_shard(name);
  Shard after = before;
  after.erase(fingerprint);
  if (entry) after.emplace(fingerprint, *entry);
  Changes changes;
  add_changes(before, after, changes);
  if (damaged_ || !add_lines(changes.added) || damaged_ || !store_shard(name, after)) return;
  if (!remove_lines(changes.removed)) return;
  // The time of the shard is of before the change, so that it is looked at once more; but it must be known that there
  // is one.
  if (times->emplace(name, FileTime()).second) (void)store_times(*times);
}

// ---- look-up

// The lines of a file in key/ or address/ after refresh(); none if everything is in views_.
Result<std::vector<std::string>> Index::refreshed_lines(const std::string& name) {
  // Somebody else would have to write the times in each of these moments.
  constexpr int most_attempts = 100;
  std::vector<std::string> lines;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    SM_TRY(refresh());
    if (ignored_) return std::vector<std::string>();
    // Held open, so that no other file can get its number.
    const Descriptor times(open(path("times").c_str(), O_PATH | O_CLOEXEC));
    lines = read_lines(name);
    struct stat before {};
    struct stat after {};
    if (!damaged_ && times && fstat(times.get(), &before) == 0 && stat(path("times").c_str(), &after) == 0 &&
        before.st_ino == after.st_ino) {
      break;
    }
    // Before there is the first certificate, there is no index.
    if (!damaged_ && !times && SM_TRY(certificates_.shard_times()).empty()) break;
  }
  return lines;
}

std::vector<Fingerprint> Index::holders_in(const std::vector<std::string>& lines, std::string_view id) const {
  std::vector<Fingerprint> found;
  for (const std::string& line : lines) {
    const std::string_view key = std::string_view(line).substr(0, fingerprint_length);
    Fingerprint certificate = line.substr(fingerprint_length + 1);
    if (key.ends_with(id) && !views_.contains(CertD::shard_of(certificate))) found.push_back(std::move(certificate));
  }
  for (const auto& [name, view] : views_) {
    for (const auto& [fingerprint, entry] : view.shard) {
      if (std::ranges::any_of(entry.keys, [id](const Fingerprint& key) { return key.ends_with(id); })) {
        found.push_back(fingerprint);
      }
    }
  }
  sort_unique(found);
  return found;
}

std::vector<Fingerprint> Index::holders(std::string_view id) {
  return holders_in(ignored_ ? std::vector<std::string>() : read_lines(key_file(id)), id);
}

Result<std::vector<Fingerprint>> Index::refreshed_holders(std::string_view id) {
  return holders_in(SM_TRY(refreshed_lines(key_file(id))), id);
}

Result<std::vector<Fingerprint>> Index::claimants(std::string_view address) {
  std::vector<Fingerprint> candidates = SM_TRY(refreshed_lines(address_file(address)));
  std::erase_if(candidates, [this](const Fingerprint& one) { return views_.contains(CertD::shard_of(one)); });
  for (const auto& [name, view] : views_) {
    for (const auto& [fingerprint, entry] : view.shard) {
      if (std::ranges::binary_search(entry.addresses, address)) candidates.push_back(fingerprint);
    }
  }
  sort_unique(candidates);

  std::vector<Fingerprint> found;
  for (Fingerprint& candidate : candidates) {
    const auto stamp = certificates_.stamp(candidate);
    if (!stamp) continue;
    // An unchanged file says what it said when it was indexed; a changed one has to be asked.
    const Shard shard = load_shard(CertD::shard_of(candidate));
    const auto known = shard.find(candidate);
    std::optional<Entry> entry;
    if (known != shard.end() && known->second.stamp == *stamp) {
      entry = known->second;
    } else {
      entry = SM_TRY(read_entry(candidate));
    }
    if (entry && std::ranges::binary_search(entry->addresses, address)) found.push_back(std::move(candidate));
  }
  return found;
}

}  // namespace sm::store
