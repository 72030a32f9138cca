// The files of the index: their form, and how they are read and replaced.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/handle.hpp"
#include "io/atomic_file.hpp"
#include "keystore/binding.hpp"
#include "keystore/index.hpp"

namespace sm::store {
namespace {

constexpr std::string_view times_header = "smtools-index: 1";
constexpr std::size_t fingerprint_length = 40;
constexpr std::array<std::string_view, 3> folders{"key", "address", "shard"};

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

std::optional<std::string> Index::read(std::string_view name) const {
  auto file = read_stored(path(name));
  if (!file || !*file) return std::nullopt;
  return std::move((*file)->bytes);
}

Result<void> Index::write(const std::string& name, std::string_view text) const {
  return write_file(path(name), text, 0644, false);
}

// Lines of the form that files of this folder have; something else is damage.
std::vector<std::string> Index::read_lines(std::string_view name) {
  const std::size_t length =
      name.starts_with("key/") ? fingerprint_length + 1 + fingerprint_length : fingerprint_length;
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

Result<void> Index::write_lines(const std::string& name, const std::vector<std::string>& lines) {
  if (lines.empty()) {
    if (unlink(path(name).c_str()) == 0 || errno == ENOENT) return {};
    return fail_errno("store.write", "can't write " + path(name), errno);
  }
  std::string text;
  for (const std::string& line : lines) text.append(line).append(1, '\n');
  return write(name, text);
}

Result<void> Index::add_lines(const Lines& lines) {
  for (const auto& [name, added] : lines) {
    const std::vector<std::string> before = read_lines(name);
    std::vector<std::string> after = before;
    after.insert(after.end(), added.begin(), added.end());
    std::ranges::sort(after);
    after.erase(std::unique(after.begin(), after.end()), after.end());
    if (after != before) SM_TRY(write_lines(name, after));
  }
  return {};
}

Result<void> Index::remove_lines(const Lines& lines) {
  for (const auto& [name, removed] : lines) {
    std::vector<std::string> after = read_lines(name);
    const auto size = after.size();
    for (const std::string& line : removed) std::erase(after, line);
    if (after.size() != size) SM_TRY(write_lines(name, after));
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
  for (const std::string_view name : folders) {
    if (!file_exists(path(name))) return std::nullopt;
  }
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

Result<Lock> Index::lock_to_write() const {
  struct stat status {};
  // Files that root or a helpful group member leaves in somebody else's index would lock the owner out.
  if (stat(root_.c_str(), &status) == 0 && status.st_uid != geteuid()) {
    return fail_errno("store.write", "can't write " + root_, EPERM);
  }
  SM_TRY(make_root(root_));
  SM_TRY(make_folder(""));
  return Lock::acquire(path("lock"));
}

Result<void> Index::make_folder(std::string_view name) const {
  const std::string folder = path(name);
  if (mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST) return {};
  return fail_errno("store.write", "can't write " + folder, errno);
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
  for (const std::string_view name : folders) SM_TRY(make_folder(name));
  damaged_ = false;
  ignored_ = false;
  views_.clear();
  return {};
}

}  // namespace sm::store
