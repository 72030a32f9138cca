// A Maildir whose messages are replaced by another form of themselves while mail programs and servers use it: they set
// flags (which renames a message), move it from new/ to cur/ or to another folder, and expunge it, and know nothing of
// us. None is lost, none is there twice, whatever they do and whenever we are killed.
//
// How a message is replaced:
//
//   1. It is opened. All that is said of "the message" below means the inode that was opened.
//   2. Its new form is written to tmp/, with mode, times and, for root, owner of the message, and synced. Its name
//   there
//      says that it is ours, and which two inodes are concerned.
//   3. Where its name tells sizes, the message is renamed to those of the new form, unless there is such a name.
//   4. The names in tmp/ and in cur/ or new/ change places (renameat2(2), RENAME_EXCHANGE). That is atomic: at each
//   moment
//      the name leads to one form of the message. Where it is gone meanwhile, nothing happens; the message is looked
//      for under another name, by its inode and the unique part of its name, and if it is gone, so it stays.
//   5. What is now in tmp/ must be the message. If it is something else, which somebody put there under the same name,
//      the two change places again. If it is the message, it is unlinked.
//
// A kill before 4 leaves our file in tmp/, one after 4 the old form; the name shows which by its inodes, and whoever
// locks the Maildir next removes either, puts back anything else, and makes the sizes right in the name of a message
// that was renamed and not exchanged. The lock is on the directory (flock(2)), so it leaves nothing behind and ends
// with the process. All of tmp/, new/ and cur/ must be one file system that can exchange names (ext4, xfs, btrfs, tmpfs
// …; not NFS).
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.hpp"
#include "io/stream.hpp"
#include "maildir/name.hpp"

namespace sm::maildir {

enum class Folder { fresh, current };  // new/, cur/

struct Entry {
  Folder folder = Folder::current;
  std::string name;
  std::uint64_t inode = 0;  // as the directory gives it

  std::string path() const { return (folder == Folder::fresh ? "new/" : "cur/") + name; }
};

// One message that was opened. It may have another name by now.
struct Message {
  Entry entry;
  Descriptor file;
  struct stat status {};
};

// All but open() may be called by several threads at once, as long as no message is given to two of them.
class Maildir {
 public:
  // Locks it and clears up what a run that was killed has left in tmp/. Errors: maildir.open (no_input: no such
  // directory, or without new/, cur/ and tmp/; a link in the place of one of these is not followed); maildir.locked
  // (temporary); maildir.read (temporary).
  static Result<Maildir> open(const std::string& path);
  Maildir(Maildir&&) noexcept;
  Maildir& operator=(Maildir&&) noexcept;
  ~Maildir();

  // What lies in new/ and cur/, by name; names that begin with a dot are none. A message that is renamed meanwhile may
  // be missed, or be there under a name that is gone.
  Result<std::vector<Entry>> list();
  // nullopt: it is gone. What is no regular file has no `file`. The time of last access is not touched where that is
  // allowed.
  Result<std::optional<Message>> open_message(const Entry& entry);
  // All that was done so far is on the disk.
  Result<void> sync();

  struct State;

 private:
  friend class Replacement;
  explicit Maildir(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// The new form of a message, in tmp/ until commit(). Errors: maildir.write (temporary), nothing more can be written
// there; maildir.exchange (temporary), this file system can't do it; maildir.changed (temporary), the message's
// content was changed while it was read.
class Replacement final : public Sink {
 public:
  // Both must outlive it.
  static Result<Replacement> begin(Maildir& maildir, Message& message);
  Replacement(Replacement&&) noexcept;
  // Removes it from tmp/ unless commit() exchanged it.
  ~Replacement() override;

  Result<void> write(std::string_view bytes) override;
  // Writes the rest and syncs it.
  Result<void> finish() override;
  // After finish(). false: the message was expunged or moved to another folder, and is not touched. With `keep_name`
  // step 3 is left out.
  Result<bool> commit(bool keep_name);

 private:
  Replacement(Maildir::State& maildir, Message& message, Descriptor file, std::string name);
  Result<void> flush();
  Result<bool> exchange();

  Maildir::State* maildir_;
  Message* message_;
  Descriptor file_;
  std::string name_;  // in tmp/, empty if nothing of ours is there
  std::uint64_t inode_ = 0;
  std::string buffer_;
  Sizes sizes_;
  bool after_cr_ = false;
};

}  // namespace sm::maildir
