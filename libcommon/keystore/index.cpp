#include "keystore/index.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "base/handle.hpp"
#include "io/atomic_file.hpp"
#include "keystore/binding.hpp"

namespace sm::store {
namespace {

constexpr std::string_view times_header = "smtools-index: 1";
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

template <class Number>
bool take_number(std::string_view& text, char end, Number& value) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  if (end == '\0') return text.empty();
  if (!text.starts_with(end)) return false;
  text.remove_prefix(1);
  return true;
}

// Lines of `text`; nullopt if it is empty or its last line is cut off.
std::optional<std::vector<std::string_view>> lines_of(std::string_view text) {
  if (text.empty() || text.back() != '\n') return std::nullopt;
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
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
  const auto collect = [&changes](const Shard& from, const Shard& other, auto list) {
    for (const auto& [fingerprint, entry] : from) {
      const auto found = other.find(fingerprint);
      const Entry* const same = found == other.end() ? nullptr : &found->second;
      for (const Fingerprint& key : entry.keys) {
        if (same && std::ranges::binary_search(same->keys, key)) continue;
        (changes[key_file(key)].*list).push_back(std::string(key).append(1, ' ').append(fingerprint));
      }
      for (const std::string& address : entry.addresses) {
        if (same && std::ranges::binary_search(same->addresses, address)) continue;
        (changes[address_file(address)].*list).push_back(fingerprint);
      }
    }
  };
  collect(after, before, &Lines::add);
  collect(before, after, &Lines::remove);
}

// ---- files

std::optional<std::string> Index::read(std::string_view name) const {
  auto file = read_stored(path(name));
  if (!file || !*file) return std::nullopt;
  return std::move((*file)->bytes);
}

Result<void> Index::write(const std::string& name, std::string_view text) const {
  return write_file(path(name), text, 0644, false);
}

// Lines of that many characters each; something else is damage.
std::vector<std::string> Index::read_lines(std::string_view name, std::size_t length) {
  std::vector<std::string> result;
  const auto text = read(name);
  if (!text) return result;
  const auto lines = lines_of(*text);
  if (!lines || !std::ranges::all_of(*lines, [length](std::string_view line) {
        return line.size() == length && is_fingerprint(line.substr(line.size() - fingerprint_length));
      })) {
    damaged_ = true;
    return result;
  }
  result.assign(lines->begin(), lines->end());
  return result;
}

Result<void> Index::write_changes(const Changes& changes) {
  for (const auto& [name, lines] : changes) {
    const std::size_t length =
        name.starts_with("key/") ? fingerprint_length + 1 + fingerprint_length : fingerprint_length;
    const std::vector<std::string> before = read_lines(name, length);
    std::vector<std::string> after;
    std::ranges::copy_if(before, std::back_inserter(after), [&removed = lines.remove](const std::string& line) {
      return std::ranges::find(removed, line) == removed.end();
    });
    after.insert(after.end(), lines.add.begin(), lines.add.end());
    sort_unique(after);
    if (after == before) continue;
    if (after.empty()) {
      if (unlink(path(name).c_str()) != 0 && errno != ENOENT) {
        return fail_errno("store.write", "can't write " + path(name), errno);
      }
      continue;
    }
    std::string text;
    for (const std::string& line : after) text.append(line).append(1, '\n');
    SM_TRY(write(name, text));
  }
  return {};
}

Index::Shard Index::load_shard(const std::string& name) {
  Shard shard;
  if (const auto view = views_.find(name); view != views_.end()) return view->second.shard;
  if (ignored_) return shard;
  const auto text = read("shard/" + name);
  if (!text) return shard;
  const auto lines = lines_of(*text);
  Shard::iterator entry = shard.end();
  bool good = lines.has_value();
  for (std::size_t i = 0; good && i < lines->size(); ++i) {
    std::string_view line = (*lines)[i];
    const std::size_t space = line.find(' ');
    const std::string_view key = line.substr(0, space);
    std::string_view value = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    if (key == "certificate" && value.size() > fingerprint_length &&
        is_fingerprint(value.substr(0, fingerprint_length)) && value[fingerprint_length] == ' ') {
      const Fingerprint fingerprint(value.substr(0, fingerprint_length));
      value.remove_prefix(fingerprint_length + 1);
      FileStamp stamp;
      good = take_number(value, '.', stamp.modified.seconds) && take_number(value, ' ', stamp.modified.nanoseconds) &&
             take_number(value, ' ', stamp.inode) && take_number(value, '\0', stamp.size);
      entry = shard.insert_or_assign(fingerprint, Entry{stamp, {}, {}}).first;
    } else if (key == "key" && entry != shard.end() && is_fingerprint(value)) {
      entry->second.keys.emplace_back(value);
    } else if (key == "address" && entry != shard.end() && !value.empty()) {
      entry->second.addresses.emplace_back(value);
    } else {
      good = false;
    }
  }
  if (good) return shard;
  damaged_ = true;
  return {};
}

Result<void> Index::store_shard(const std::string& name, const Shard& shard) const {
  const std::string file = "shard/" + name;
  if (shard.empty()) {
    if (unlink(path(file).c_str()) != 0 && errno != ENOENT) {
      return fail_errno("store.write", "can't write " + path(file), errno);
    }
    return {};
  }
  std::string text;
  for (const auto& [fingerprint, entry] : shard) {
    text += "certificate " + fingerprint + ' ' + std::to_string(entry.stamp.modified.seconds) + '.' +
            std::to_string(entry.stamp.modified.nanoseconds) + ' ' + std::to_string(entry.stamp.inode) + ' ' +
            std::to_string(entry.stamp.size) + '\n';
    for (const Fingerprint& key : entry.keys) text += "key " + key + '\n';
    for (const std::string& address : entry.addresses) text += "address " + address + '\n';
  }
  return write(file, text);
}

// A name for pgp.cert.d that tells one from another, in one line.
const std::string& Index::certificates_name() {
  if (certificates_name_.empty()) {
    const Handle<char, ::free> real(realpath(certificates_.path().c_str(), nullptr));
    certificates_name_ = binding_file_name(real ? std::string_view(real.get()) : certificates_.path());
  }
  return certificates_name_;
}

// nullopt: there is no index, or it is damaged or about another pgp.cert.d.
std::optional<Index::Times> Index::load_times() {
  if (damaged_ || ignored_) return std::nullopt;
  const auto text = read("times");
  const auto lines = text ? lines_of(*text) : std::nullopt;
  if (!lines || lines->size() < 2 || (*lines)[0] != times_header ||
      (*lines)[1] != "certificates: " + certificates_name()) {
    return std::nullopt;
  }
  Times times;
  for (std::size_t i = 2; i < lines->size(); ++i) {
    std::string_view line = (*lines)[i];
    if (line.size() < 4 || line[2] != ' ') return std::nullopt;
    const std::string name(line.substr(0, 2));
    line.remove_prefix(3);
    FileTime time;
    if (!take_number(line, '.', time.seconds) || !take_number(line, '\0', time.nanoseconds)) return std::nullopt;
    times.insert_or_assign(times.end(), name, time);
  }
  return times;
}

Result<void> Index::store_times(const Times& times) {
  std::string text(times_header);
  text += "\ncertificates: " + certificates_name() + '\n';
  for (const auto& [name, time] : times) {
    text += name + ' ' + std::to_string(time.seconds) + '.' + std::to_string(time.nanoseconds) + '\n';
  }
  return write("times", text);
}

// ---- writing

Result<Lock> Index::lock_to_write() const {
  struct stat status {};
  // Files that root or a helpful group member leaves in somebody else's index would lock the owner out.
  if (stat(root_.c_str(), &status) == 0 && status.st_uid != geteuid()) {
    return fail_errno("store.write", "can't write " + root_, EPERM);
  }
  SM_TRY(make_root(root_));
  const auto make = [this](std::string_view name) -> Result<void> {
    const std::string directory = path(name);
    if (mkdir(directory.c_str(), 0755) == 0 || errno == EEXIST) return {};
    return fail_errno("store.write", "can't write " + directory, errno);
  };
  SM_TRY(make(""));
  Lock lock = SM_TRY(Lock::acquire(path("lock")));
  for (const std::string_view name : {"key", "address", "shard"}) SM_TRY(make(name));
  return lock;
}

Result<void> Index::clear() {
  // The times first: what is cut short here must not pass for a whole index.
  if (unlink(path("times").c_str()) != 0 && errno != ENOENT) {
    return fail_errno("store.write", "can't write " + path("times"), errno);
  }
  for (const std::string& name : SM_TRY(list_directory(path("")))) {
    if (name == "lock") continue;
    std::error_code error;
    std::filesystem::remove_all(path(name), error);
    if (error) return fail_errno("store.write", "can't remove " + path(name), error.value());
  }
  for (const std::string_view name : {"key", "address", "shard"}) SM_TRY(make_directory(path(name), 0755));
  damaged_ = false;
  ignored_ = false;
  views_.clear();
  return {};
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
  SM_TRY(write_changes(changes));
  Times times = stored.value_or(Times());
  for (const auto& [name, view] : fresh) {
    if (view.shard != view.before) SM_TRY(store_shard(name, view.shard));
    if (present.contains(name)) {
      times.insert_or_assign(name, view.time);
    } else {
      times.erase(name);
    }
  }
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
  if (damaged_ || !write_changes(changes) || damaged_ || !store_shard(name, after)) return;
  // The time of the shard is of before the change, so that it is looked at once more; but it must be known that there
  // is one.
  if (times->emplace(name, FileTime()).second) (void)store_times(*times);
}

// ---- look-up

std::vector<Fingerprint> Index::holders(std::string_view id) {
  std::vector<Fingerprint> found;
  if (!ignored_) {
    for (const std::string& line : read_lines(key_file(id), fingerprint_length + 1 + fingerprint_length)) {
      const std::string_view key = std::string_view(line).substr(0, fingerprint_length);
      Fingerprint certificate = line.substr(fingerprint_length + 1);
      if (key.ends_with(id) && !views_.contains(CertD::shard_of(certificate))) found.push_back(std::move(certificate));
    }
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

Result<std::vector<Fingerprint>> Index::claimants(std::string_view address) {
  SM_TRY(refresh());
  std::vector<Fingerprint> candidates;
  if (!ignored_) candidates = read_lines(address_file(address), fingerprint_length);
  if (damaged_ && !ignored_) {
    SM_TRY(refresh());
    candidates.clear();
    if (!ignored_) candidates = read_lines(address_file(address), fingerprint_length);
  }
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
