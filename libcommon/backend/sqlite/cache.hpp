// mtasts::Cache in a file of SQLite, which a shell can see into:
//
//   sqlite3 mtasts.sqlite 'SELECT domain, id, datetime(expires, "unixepoch") FROM policy'
//
// It is kept with a write-ahead log: whoever reads never waits for whoever writes, so that `serve` answers while
// `refresh` works; and a process that is killed in the middle of a write leaves what was there before. A commit waits
// for no disk (synchronous NORMAL): after a loss of power the last policies may have to be fetched again, and nothing
// is damaged. The log needs a local file system.
//
// Nothing is loaded at the beginning. SQLite of Debian 12 (3.40) is enough.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "mtasts/cache.hpp"

namespace sm::sqlite {

enum class Access {
  read,    // a file that is not there is an empty cache, and is not made
  change,  // likewise
  write,   // it is made if it is not there, with mode 0600, in directories with mode 0700
};

// The file and its directory must belong to us (for root: to the same user), the directory must not be writable by
// others, the file not be open to them; neither may be a symbolic link but the directory. Errors besides the port's:
// cache.open (config; temporary if the disk is full or the like).
Result<std::unique_ptr<mtasts::Cache>> open_cache(const std::string& path, Access access);

// ---- for tests

// The steps from one version of the schema (PRAGMA user_version) to the next; the first makes an empty file version 1.
// All that are missing are taken in one transaction. A file that is further than the last step is cache.newer (config).
std::span<const std::string_view> schema();
Result<std::unique_ptr<mtasts::Cache>> open_cache(const std::string& path, Access access,
                                                  std::span<const std::string_view> steps);

}  // namespace sm::sqlite
