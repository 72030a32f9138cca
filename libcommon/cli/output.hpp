// Where data goes: stdout or -o FILE.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "cli/signals.hpp"
#include "io/atomic_file.hpp"

namespace sm::cli {

class Output {
 public:
  // `path` empty or "-": stdout.
  explicit Output(std::string path) : path_(path == "-" ? std::string() : std::move(path)) {}

  bool to_stdout() const { return path_.empty(); }
  // Nothing was written yet.
  bool is_empty() const { return buffer_.empty() && !file_ && !device_; }
  // Before the first write: mode 0600 instead of 0666 less the umask, for a file that does not exist yet.
  void make_private() { mode_ = 0600; }
  // Keeps everything until finish(), which may drop it.
  void hold() { hold_ = true; }

  // Collected up to 32 KiB, then written.
  Result<void> write(std::string_view bytes);
  // Not with hold().
  Result<void> flush();
  // Past the buffer, after flush().
  Result<void> send(std::string_view bytes);
  void drop() { buffer_.clear(); }
  // All of `result`, at once.
  Result<void> write_all(Source& result);
  // Writes the rest. A file appears under its name now, empty if nothing was written.
  Result<void> finish();
  // Writes the rest to stdout, or makes no file: the command has failed.
  void abandon();

 private:
  Result<void> open();

  std::string path_;
  mode_t mode_ = 0666;
  bool hold_ = false;
  std::string buffer_;
  // At most one of them, once open() was called: a regular file appears whole, anything else (/dev/null, a FIFO) is
  // written to.
  std::optional<AtomicFile> file_;
  std::optional<FileGuard> guard_;
  Descriptor device_;
};

}  // namespace sm::cli
