#include "maildir/maildir.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <map>
#include <mutex>
#include <utility>

#include "base/primitives.hpp"
#include "text/hex.hpp"

namespace sm::maildir {

namespace {

// Of files in tmp/: "smcrypt.w.RANDOM" while it is written, "smcrypt.x.NEW.OLD.RANDOM" with the inodes of our file and
// of the message when it is complete.
constexpr std::string_view writing_prefix = "smcrypt.w.";
constexpr std::string_view exchange_prefix = "smcrypt.x.";
constexpr int max_attempts = 1000;  // to exchange a message that keeps being renamed

std::string random_name() {
  std::array<char, 8> bytes{};
  random_bytes(bytes);
  return hex_lower({bytes.data(), bytes.size()});
}

struct Inodes {
  std::uint64_t fresh = 0;
  std::uint64_t old = 0;
};

std::optional<Inodes> parse_exchange_name(std::string_view name) {
  if (!name.starts_with(exchange_prefix)) return std::nullopt;
  Inodes inodes;
  const char* at = name.data() + exchange_prefix.size();
  const char* const end = name.data() + name.size();
  for (std::uint64_t* const inode : {&inodes.fresh, &inodes.old}) {
    const auto parsed = std::from_chars(at, end, *inode);
    if (parsed.ec != std::errc() || parsed.ptr == end || *parsed.ptr != '.') return std::nullopt;
    at = parsed.ptr + 1;
  }
  return inodes;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

// A name in a directory, and its inode.
struct Listed {
  std::string name;
  std::uint64_t inode = 0;
};

Result<std::vector<Listed>> list_directory(int directory, std::string_view shown) {
  // A descriptor of its own, for its own position.
  Descriptor again(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, CloseDirectory> stream(again ? fdopendir(again.get()) : nullptr);
  if (!stream) return fail_errno("maildir.read", "can't read " + std::string(shown), errno);
  again.release();
  std::vector<Listed> listed;
  for (;;) {
    errno = 0;
    const dirent* const entry = readdir(stream.get());
    if (!entry) break;
    if (entry->d_name[0] != '.') listed.push_back({entry->d_name, entry->d_ino});
  }
  if (errno != 0) return fail_errno("maildir.read", "can't read " + std::string(shown), errno);
  return listed;
}

bool same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

bool same_content(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

Result<Descriptor> open_directory(int at, const std::string& name, const std::string& shown, int flags) {
  Descriptor directory(openat(at, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
  if (directory) return directory;
  if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EIO)
    return fail_errno("maildir.open", "can't open " + shown, errno);
  const Error error = fail_errno("maildir.open", "can't open " + shown, errno).error;
  return fail(ErrorKind::no_input, "maildir.open", error.message, "a Maildir has the directories cur, new and tmp");
}

Unexpected cannot_exchange(int error_number) {
  if (error_number != EINVAL && error_number != ENOSYS && error_number != EXDEV)
    return fail_errno("maildir.write", "can't exchange two names in the Maildir", error_number);
  return fail(ErrorKind::temporary, "maildir.exchange", "this file system can't exchange two names",
              "a copy on ext4, xfs, btrfs or tmpfs can be converted");
}

}  // namespace

struct Maildir::State {
  std::string path;
  Descriptor top;
  Descriptor fresh;
  Descriptor current;
  Descriptor temporary;
  std::mutex mutex;
  // By the unique part of the name; what was there when somebody last had to look.
  std::multimap<std::string, Entry, std::less<>> known;

  int directory(Folder folder) const { return folder == Folder::fresh ? fresh.get() : current.get(); }

  Result<std::vector<Entry>> list() {
    std::vector<Entry> entries;
    for (const Folder folder : {Folder::fresh, Folder::current}) {
      const auto listed = SM_TRY(list_directory(directory(folder), path + (folder == Folder::fresh ? "/new" : "/cur")));
      for (const Listed& one : listed) entries.push_back({folder, one.name, one.inode});
    }
    std::ranges::sort(entries, {},
                      [](const Entry& entry) { return std::pair(entry.folder, std::string_view(entry.name)); });
    return entries;
  }

  // The same message under another name than that of `entry`, which is gone; nullopt if there is none.
  Result<std::optional<Entry>> locate(const Entry& entry) {
    const auto find = [&]() -> std::optional<Entry> {
      const auto [begin, end] = known.equal_range(unique_part(entry.name));
      for (auto at = begin; at != end; ++at) {
        const Entry& found = at->second;
        if (found.inode == entry.inode && (found.folder != entry.folder || found.name != entry.name)) return found;
      }
      return std::nullopt;
    };
    const std::lock_guard guard(mutex);
    if (auto found = find()) {
      struct stat status {};
      if (fstatat(directory(found->folder), found->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
          status.st_ino == found->inode)
        return found;
    }
    known.clear();
    for (Entry& one : SM_TRY(list())) {
      std::string unique(unique_part(one.name));
      known.emplace(std::move(unique), std::move(one));
    }
    return find();
  }

  bool is_temporary(const std::string& name, std::uint64_t inode) const {
    struct stat status {};
    return fstatat(temporary.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_ino == inode;
  }

  // What lies at tmp/`name` is neither ours nor the message that we read: it has changed places with our file `ours`
  // and goes back to where that is now. Afterwards our file is in tmp/.
  Result<void> put_back(const std::string& name, Entry ours) {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      if (renameat2(temporary.get(), name.c_str(), directory(ours.folder), ours.name.c_str(), RENAME_EXCHANGE) == 0) {
        if (is_temporary(name, ours.inode)) return {};
      } else if (errno != ENOENT) {
        return cannot_exchange(errno);
      }
      auto found = SM_TRY(locate(ours));
      if (found) {
        ours = *std::move(found);
        continue;
      }
      // Ours was expunged or moved, under a name that somebody else's file had: that one has not deserved it.
      if (renameat2(temporary.get(), name.c_str(), directory(ours.folder), ours.name.c_str(), RENAME_NOREPLACE) == 0)
        return {};
      if (errno != EEXIST) return cannot_exchange(errno);
      const std::string other = random_name() + ".smcrypt";
      if (renameat2(temporary.get(), name.c_str(), fresh.get(), other.c_str(), RENAME_NOREPLACE) == 0) return {};
      return cannot_exchange(errno);
    }
    return fail(ErrorKind::temporary, "maildir.write", "can't put " + name + " back from tmp");
  }

  // A message that was to be replaced by `ours`, and had perhaps been given the sizes of that.
  Result<void> correct_name(Entry entry, const struct stat& ours) {
    const auto told = size_in(entry.name, 'S');
    const bool has_w = size_in(entry.name, 'W').has_value();
    if (told ? *told != static_cast<std::uint64_t>(ours.st_size) : !has_w) return {};
    const Descriptor file(
        openat(directory(entry.folder), entry.name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    struct stat status {};
    if (!file || fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_ino != entry.inode) return {};
    Sizes sizes;
    bool after_cr = false;
    std::string buffer(io_piece, '\0');
    DescriptorSource source(file.get());
    while (const std::size_t got = SM_TRY(source.read(buffer))) sizes.add({buffer.data(), got}, after_cr);
    SM_TRY(rename(entry, sizes));
    return {};
  }

  // What is left in tmp/ of a run that was killed; that none is at work is what the lock says.
  Result<void> clear_up() {
    const auto listed = SM_TRY(list_directory(temporary.get(), path + "/tmp"));
    for (const Listed& one : listed) {
      const auto inodes = parse_exchange_name(one.name);
      if (!inodes && !one.name.starts_with(writing_prefix)) continue;
      struct stat status {};
      if (fstatat(temporary.get(), one.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
      if (inodes && status.st_ino != inodes->fresh && status.st_ino != inodes->old) {
        Entry ours{Folder::current, random_name() + ".smcrypt", inodes->fresh};
        const auto entries = SM_TRY(list());
        const auto found = std::ranges::find(entries, inodes->fresh, &Entry::inode);
        SM_TRY(put_back(one.name, found == entries.end() ? ours : *found));
      } else if (inodes && status.st_ino == inodes->fresh) {
        const auto entries = SM_TRY(list());
        const auto found = std::ranges::find(entries, inodes->old, &Entry::inode);
        if (found != entries.end()) SM_TRY(correct_name(*found, status));
      }
      if (unlinkat(temporary.get(), one.name.c_str(), 0) != 0 && errno != ENOENT)
        return fail_errno("maildir.write", "can't remove " + path + "/tmp/" + one.name, errno);
    }
    return {};
  }

  // Step 3. `entry` is where the message is now. Says whether it was renamed.
  Result<bool> rename(Entry& entry, const Sizes& sizes) {
    for (int attempt = 0; attempt < max_attempts; ++attempt) {
      std::string name = with_sizes(entry.name, sizes);
      if (name == entry.name) return false;
      const int folder = directory(entry.folder);
      if (renameat2(folder, entry.name.c_str(), folder, name.c_str(), RENAME_NOREPLACE) == 0) {
        entry.name = std::move(name);
        return true;
      }
      if (errno == EEXIST) return false;
      if (errno != ENOENT) return cannot_exchange(errno);
      auto found = SM_TRY(locate(entry));
      if (!found) return false;
      entry = *std::move(found);
    }
    return false;
  }
};

Maildir::Maildir(std::unique_ptr<State> state) : state_(std::move(state)) {}
Maildir::Maildir(Maildir&&) noexcept = default;
Maildir& Maildir::operator=(Maildir&&) noexcept = default;
Maildir::~Maildir() = default;

Result<Maildir> Maildir::open(const std::string& path) {
  auto state = std::make_unique<State>();
  state->path = path;
  state->top = SM_TRY(open_directory(AT_FDCWD, path, path, 0));
  state->fresh = SM_TRY(open_directory(state->top.get(), "new", path + "/new", O_NOFOLLOW));
  state->current = SM_TRY(open_directory(state->top.get(), "cur", path + "/cur", O_NOFOLLOW));
  state->temporary = SM_TRY(open_directory(state->top.get(), "tmp", path + "/tmp", O_NOFOLLOW));
  if (flock(state->top.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(ErrorKind::temporary, "maildir.locked", path + " is being converted already");
    return fail_errno("maildir.locked", "can't lock " + path, errno);
  }
  SM_TRY(state->clear_up());
  return Maildir(std::move(state));
}

Result<std::vector<Entry>> Maildir::list() {
  return state_->list();
}

Result<std::optional<Message>> Maildir::open_message(const Entry& entry) {
  Message message{.entry = entry, .file = {}};
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    const int folder = state_->directory(message.entry.folder);
    message.file = Descriptor(openat(folder, message.entry.name.c_str(), flags | O_NOATIME));
    if (!message.file && errno == EPERM) message.file = Descriptor(openat(folder, message.entry.name.c_str(), flags));
    if (message.file) break;
    if (errno == ELOOP || errno == ENXIO) return std::optional(std::move(message));
    if (errno != ENOENT) return fail_errno("maildir.read", "can't open it", errno);
    auto found = SM_TRY(state_->locate(message.entry));
    if (!found) return std::optional<Message>();
    message.entry = *std::move(found);
  }
  if (!message.file) return std::optional<Message>();
  if (fstat(message.file.get(), &message.status) != 0) return fail_errno("maildir.read", "can't look at it", errno);
  if (!S_ISREG(message.status.st_mode)) message.file = Descriptor();
  message.entry.inode = message.status.st_ino;
  return std::optional(std::move(message));
}

Result<void> Maildir::sync() {
  for (const Descriptor* const directory : {&state_->fresh, &state_->current, &state_->temporary})
    if (fsync(directory->get()) != 0) return fail_errno("maildir.write", "can't sync " + state_->path, errno);
  return {};
}

// ---- Replacement

Replacement::Replacement(Maildir::State& maildir, Message& message, Descriptor file, std::string name)
    : maildir_(&maildir), message_(&message), file_(std::move(file)), name_(std::move(name)) {}

Replacement::Replacement(Replacement&& other) noexcept
    : maildir_(other.maildir_),
      message_(other.message_),
      file_(std::move(other.file_)),
      name_(std::exchange(other.name_, {})),
      inode_(other.inode_),
      buffer_(std::move(other.buffer_)),
      sizes_(other.sizes_),
      after_cr_(other.after_cr_) {}

Replacement::~Replacement() {
  if (!name_.empty()) unlinkat(maildir_->temporary.get(), name_.c_str(), 0);
}

Result<Replacement> Replacement::begin(Maildir& maildir, Message& message) {
  Maildir::State& state = *maildir.state_;
  std::string name = std::string(writing_prefix) + random_name();
  Descriptor file(openat(state.temporary.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) return fail_errno("maildir.write", "can't write to " + state.path + "/tmp", errno);
  return Replacement(state, message, std::move(file), std::move(name));
}

Result<void> Replacement::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(file_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno("maildir.write", "can't write to " + maildir_->path + "/tmp", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Result<void> Replacement::write(std::string_view bytes) {
  sizes_.add(bytes, after_cr_);
  buffer_ += bytes;
  return buffer_.size() < io_piece ? Result<void>() : flush();
}

Result<void> Replacement::finish() {
  SM_TRY(flush());
  const struct stat& status = message_->status;
  const auto failed = [&] { return fail_errno("maildir.write", "can't write to " + maildir_->path + "/tmp", errno); };
  // Owner before mode, which a change of owner may strip. To keep the group is allowed to some.
  if (geteuid() == 0) {
    if (fchown(file_.get(), status.st_uid, status.st_gid) != 0) return failed();
  } else if (fchown(file_.get(), static_cast<uid_t>(-1), status.st_gid) != 0 && errno != EPERM) {
    return failed();
  }
  if (fchmod(file_.get(), status.st_mode & 07777) != 0) return failed();
  const std::array<timespec, 2> times{status.st_atim, status.st_mtim};
  if (futimens(file_.get(), times.data()) != 0) return failed();
  if (fsync(file_.get()) != 0) return failed();
  return {};
}

Result<bool> Replacement::exchange() {
  Entry& entry = message_->entry;
  const int temporary = maildir_->temporary.get();
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    struct stat status {};
    if (fstat(message_->file.get(), &status) != 0) return fail_errno("maildir.read", "can't look at it", errno);
    if (!same_content(status, message_->status))
      return fail(ErrorKind::temporary, "maildir.changed", "it was changed while it was read");
    if (renameat2(temporary, name_.c_str(), maildir_->directory(entry.folder), entry.name.c_str(), RENAME_EXCHANGE) ==
        0) {
      if (fstatat(temporary, name_.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && same_file(status, message_->status))
        return true;
      SM_TRY(maildir_->put_back(name_, {entry.folder, entry.name, inode_}));
      if (!maildir_->is_temporary(name_, inode_)) return false;
    } else if (errno != ENOENT) {
      return cannot_exchange(errno);
    } else if (!maildir_->is_temporary(name_, inode_)) {
      return fail(ErrorKind::temporary, "maildir.write", "somebody removed our file from " + maildir_->path + "/tmp");
    }
    auto found = SM_TRY(maildir_->locate(entry));
    if (!found) return false;
    entry = *std::move(found);
  }
  return fail(ErrorKind::temporary, "maildir.changed", "it is renamed again and again");
}

Result<bool> Replacement::commit(bool keep_name) {
  struct stat ours {};
  if (fstat(file_.get(), &ours) != 0) return fail_errno("maildir.write", "can't look at our file", errno);
  inode_ = ours.st_ino;
  std::string name = std::string(exchange_prefix) + std::to_string(inode_) + '.' +
                     std::to_string(message_->status.st_ino) + '.' + random_name();
  const int temporary = maildir_->temporary.get();
  if (renameat2(temporary, name_.c_str(), temporary, name.c_str(), RENAME_NOREPLACE) != 0)
    return cannot_exchange(errno);
  name_ = std::move(name);

  Entry& entry = message_->entry;
  const Sizes told{.file = size_in(entry.name, 'S').value_or(0), .with_crlf = size_in(entry.name, 'W').value_or(0)};
  const bool renamed = !keep_name && SM_TRY(maildir_->rename(entry, sizes_));
  auto exchanged = exchange();
  if (!exchanged || !*exchanged) {
    // What is not ours there stays for whoever locks the Maildir next.
    if (!maildir_->is_temporary(name_, inode_)) name_.clear();
    if (renamed) SM_TRY(maildir_->rename(entry, told));
    return exchanged;
  }
  if (unlinkat(temporary, name_.c_str(), 0) != 0 && errno != ENOENT)
    return fail_errno("maildir.write", "can't remove the old form from " + maildir_->path + "/tmp", errno);
  name_.clear();
  entry.inode = inode_;
  return true;
}

}  // namespace sm::maildir
