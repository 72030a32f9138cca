#include "backend/sqlite/cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <thread>
#include <utility>

#include "backend/sqlite/database.hpp"
#include "base/primitives.hpp"
#include "base/ticks.hpp"
#include "text/hex.hpp"

namespace sm::sqlite {
namespace {

using mtasts::Entry;
using mtasts::Failure;

constexpr std::string_view steps_to_now[] = {
    // A domain is found without a look at anything else, and the list is in order as it lies.
    "CREATE TABLE policy ("
    " domain TEXT NOT NULL PRIMARY KEY,"
    " id TEXT NOT NULL,"
    " body BLOB NOT NULL,"       // empty: there has been none
    " body_hash TEXT NOT NULL,"  // SHA-256
    " fetched INTEGER NOT NULL,"
    " expires INTEGER NOT NULL,"
    " failed INTEGER,"  // NULL: the last try has not
    " failure_code TEXT,"
    " failure_message TEXT,"
    " failure_id TEXT"
    ") STRICT, WITHOUT ROWID",
};

constexpr std::string_view columns =
    "domain, id, body, body_hash, fetched, expires, failed, failure_code, failure_message, failure_id";

// Another process holds the lock for the time of one transaction.
constexpr std::chrono::milliseconds patience{5'000};
constexpr std::chrono::milliseconds hurried_patience{50};
constexpr std::chrono::milliseconds no_patience_for{5'000};

constexpr std::int64_t application_id = 0x736D5354;  // "smST"

// ---- the file

Unexpected wrong(const std::string& message, std::string hint = {}) {
  return fail(ErrorKind::config, "cache.open", message, std::move(hint));
}

// What only somebody who changes the system can mend is no reason to try again.
Unexpected no_access(const std::string& what, int error_number) {
  auto failure = fail_errno("cache.open", what, error_number);
  if (error_number == EACCES || error_number == EPERM || error_number == EROFS) failure.error.kind = ErrorKind::config;
  return failure;
}

Result<void> make_directories(const std::string& path) {
  if (mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  const std::size_t slash = path.rfind('/');
  if (errno != ENOENT || slash == std::string::npos || slash == 0) return no_access("can't make " + path, errno);
  SM_TRY(make_directories(path.substr(0, slash)));
  if (mkdir(path.c_str(), S_IRWXU) == 0 || errno == EEXIST) return {};
  return no_access("can't make " + path, errno);
}

struct Place {
  std::string directory;  // as it was given
  std::string name;
};

Result<Place> place_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  Place place{slash == std::string::npos ? "."
              : slash == 0               ? "/"
                                         : path.substr(0, slash),
              slash == std::string::npos ? path : path.substr(slash + 1)};
  if (place.name.empty()) return wrong("\"" + path + "\" names no file");
  return place;
}

// The file's path without a symbolic link in it, checked; empty: there is none.
Result<std::string> checked_path(const std::string& path, Access access) {
  const Place place = SM_TRY(place_of(path));
  if (access == Access::write) SM_TRY(make_directories(place.directory));
  const std::unique_ptr<char, decltype(&std::free)> real(realpath(place.directory.c_str(), nullptr), &std::free);
  if (!real && access != Access::write && (errno == ENOENT || errno == ENOTDIR)) return std::string();
  if (!real) return no_access("can't open " + place.directory, errno);
  const std::string directory = real.get();
  const std::string file = (directory == "/" ? "" : directory) + "/" + place.name;

  struct stat above {};
  if (lstat(directory.c_str(), &above) != 0) return no_access("can't open " + directory, errno);
  if (!S_ISDIR(above.st_mode)) return wrong(directory + " is no directory");
  if (geteuid() != 0 && above.st_uid != geteuid() && above.st_uid != 0)
    return wrong(directory + " belongs to another user");
  // Whoever may write there may replace the file, or give it a log.
  if ((above.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return wrong(directory + " can be written by group or others", "chmod 700 " + directory);

  if (access == Access::write) {
    // By an own descriptor only if it is new: to close it would release SQLite's locks on a file that it has open.
    const int made = open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
    if (made >= 0) {
      // What root makes for another user is his.
      const bool given = above.st_uid == geteuid() || fchown(made, above.st_uid, above.st_gid) == 0;
      const int error_number = errno;
      ::close(made);
      if (!given) return no_access("can't make " + file, error_number);
    } else if (errno != EEXIST) {
      return no_access("can't make " + file, errno);
    }
  }
  struct stat status {};
  if (lstat(file.c_str(), &status) != 0) {
    if (errno == ENOENT && access != Access::write) return std::string();
    return no_access("can't open " + file, errno);
  }
  if (S_ISLNK(status.st_mode)) return wrong(file + " is a symbolic link");
  if (!S_ISREG(status.st_mode)) return wrong(file + " is not a regular file");
  if (status.st_uid != geteuid() && (geteuid() != 0 || status.st_uid != above.st_uid))
    return wrong(file + " belongs to another user");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return wrong(file + " is open to group or others", "chmod 600 " + file);
  // Nobody has written there yet, and who reads does not.
  if (status.st_size == 0 && access == Access::read) return std::string();
  return file;
}

// ---- the schema

// Another process may be at it too: that it is so is not waited for by SQLite.
Result<void> start_log(const Database& database) {
  using namespace std::chrono_literals;
  for (int tries = 0;; ++tries) {
    auto changed = database.execute("PRAGMA journal_mode = WAL");
    if (changed || changed.error().code != "cache.busy" || tries == 500) return changed;
    std::this_thread::sleep_for(10ms);
  }
}

// The version that it has: 0 of an empty file.
Result<std::int64_t> version_of(const Database& database, const std::string& path, std::int64_t last) {
  // In this order: another process may make both between the two questions.
  const bool is_empty = SM_TRY(database.number("SELECT count(*) FROM sqlite_master")) == 0;
  const std::int64_t version = SM_TRY(database.number("PRAGMA user_version"));
  const bool is_new = version == 0 && is_empty;
  if (!is_new && SM_TRY(database.number("PRAGMA application_id")) != application_id)
    return wrong(path + " is no cache of ours");
  if (version < 0 || (version == 0 && !is_new)) return damaged("cache " + path, "it has no version");
  if (version > last)
    return fail(ErrorKind::config, "cache.newer",
                "cache " + path + " has version " + std::to_string(version) + ", of a newer smmtasts",
                "use that one, or another --cache");
  return version;
}

Result<void> migrate(const Database& database, const std::string& path, std::span<const std::string_view> steps) {
  const auto last = static_cast<std::int64_t>(steps.size());
  if (SM_TRY(version_of(database, path, last)) == last) return {};
  SM_TRY(start_log(database));
  SM_TRY(database.execute("BEGIN IMMEDIATE"));
  const auto change = [&]() -> Result<void> {
    // Somebody may have been faster.
    const std::int64_t version = SM_TRY(version_of(database, path, last));
    for (const std::string_view step : steps.subspan(static_cast<std::size_t>(version)))
      SM_TRY(database.execute(std::string(step)));
    SM_TRY(database.execute("PRAGMA application_id = " + std::to_string(application_id)));
    SM_TRY(database.execute("PRAGMA user_version = " + std::to_string(last)));
    return database.execute("COMMIT");
  };
  auto changed = change();
  if (!changed) (void)database.execute("ROLLBACK");
  return changed;
}

// ---- the entries

class SqliteCache final : public mtasts::Cache {
 public:
  // Before any statement is prepared: the file is what it has to be.
  static Result<std::unique_ptr<mtasts::Cache>> make(Database database, Access access) {
    auto cache = std::make_unique<SqliteCache>(std::move(database));
    SM_TRY(cache->prepare());
    if (access == Access::read) SM_TRY(cache->database_.execute("PRAGMA query_only = ON"));
    return std::unique_ptr<mtasts::Cache>(std::move(cache));
  }
  explicit SqliteCache(Database database) : database_(std::move(database)) {}

  Result<std::optional<Entry>> find(std::string_view domain) override {
    const Rewind rewind(find_);
    find_.text(1, domain);
    if (!SM_TRY(find_.step())) return std::optional<Entry>();
    return std::optional(SM_TRY(entry_at(find_)));
  }

  Result<void> put(const Entry& entry) override {
    const Rewind rewind(put_);
    put_.text(1, entry.domain);
    put_.text(2, entry.id);
    put_.blob(3, entry.body);
    put_.text(4, entry.body_hash);
    put_.integer(5, entry.fetched);
    put_.integer(6, entry.expires);
    bind(put_, 7, entry.failure);
    return write(put_);
  }

  Result<void> put_failure(std::string_view domain, const Failure& failure) override {
    const Rewind rewind(put_failure_);
    const std::optional<Failure> bound = failure;
    put_failure_.text(1, domain);
    bind(put_failure_, 2, bound);
    return write(put_failure_);
  }

  Result<void> each(const std::function<Result<void>(Entry)>& take) override {
    const Rewind rewind(each_);
    while (SM_TRY(each_.step())) {
      auto entry = entry_at(each_);
      // Only this one: the others are still what they were.
      if (!entry)
        entry = Entry{.domain = std::string(each_.bytes_at(0)),
                      .failure = Failure{.code = entry.error().code, .message = entry.error().message}};
      SM_TRY(take(*std::move(entry)));
    }
    return {};
  }

  Result<std::size_t> purge(std::optional<std::string_view> domain) override {
    Statement& statement = domain ? purge_ : purge_all_;
    const Rewind rewind(statement);
    if (domain) statement.text(1, *domain);
    return run_counted(statement);
  }

  Result<std::size_t> drop_before(std::int64_t time) override {
    const Rewind rewind(drop_);
    drop_.integer(1, time);
    return run_counted(drop_);
  }

  void hurry() override {
    hurried_ = true;
    database_.set_patience(hurried_patience);
  }

  Result<std::uint64_t> version() override {
    const Rewind rewind(version_);
    if (!SM_TRY(version_.step())) return std::uint64_t{0};
    return static_cast<std::uint64_t>(version_.integer_at(0));
  }

 private:
  Result<void> prepare() {
    const std::string all(columns);
    find_ = SM_TRY(database_.prepare("SELECT " + all + " FROM policy WHERE domain = ?"));
    put_ =
        SM_TRY(database_.prepare("INSERT OR REPLACE INTO policy (" + all + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    put_failure_ = SM_TRY(database_.prepare(
        "INSERT INTO policy (domain, id, body, body_hash, fetched, expires, failed, failure_code, failure_message,"
        " failure_id) VALUES (?1, '', x'', '', 0, 0, ?2, ?3, ?4, ?5) ON CONFLICT (domain) DO UPDATE SET failed = ?2,"
        " failure_code = ?3, failure_message = ?4, failure_id = ?5"));
    each_ = SM_TRY(database_.prepare("SELECT " + all + " FROM policy ORDER BY domain"));
    purge_ = SM_TRY(database_.prepare("DELETE FROM policy WHERE domain = ?"));
    // Without a condition SQLite would not count.
    purge_all_ = SM_TRY(database_.prepare("DELETE FROM policy WHERE true"));
    drop_ = SM_TRY(database_.prepare(
        "DELETE FROM policy WHERE CASE WHEN length(body) > 0 THEN expires ELSE ifnull(failed, 0) END < ?"));
    version_ = SM_TRY(database_.prepare("PRAGMA data_version"));
    return {};
  }

  Result<void> write(Statement& statement) {
    if (hurried_)
      database_.set_patience(ticks_since_boot() < patient_again_ ? std::chrono::milliseconds() : hurried_patience);
    auto written = statement.run();
    if (!written && written.error().code == "cache.busy") patient_again_ = ticks_since_boot() + no_patience_for;
    return written;
  }

  Result<std::size_t> run_counted(Statement& statement) {
    SM_TRY(statement.run());
    return static_cast<std::size_t>(database_.changes());
  }

  static void bind(Statement& statement, int place, const std::optional<Failure>& failure) {
    if (!failure) {
      for (int i = 0; i < 4; ++i) statement.null(place + i);
      return;
    }
    statement.integer(place, failure->when);
    statement.text(place + 1, failure->code);
    statement.text(place + 2, failure->message);
    statement.text(place + 3, failure->id);
  }

  static Result<Entry> entry_at(const Statement& row) {
    Entry entry{.domain = std::string(row.bytes_at(0)),
                .id = std::string(row.bytes_at(1)),
                .body = std::string(row.bytes_at(2)),
                .body_hash = std::string(row.bytes_at(3)),
                .fetched = row.integer_at(4),
                .expires = row.integer_at(5),
                .failure = {}};
    if (!row.null_at(6))
      entry.failure = {.when = row.integer_at(6),
                       .code = std::string(row.bytes_at(7)),
                       .message = std::string(row.bytes_at(8)),
                       .id = std::string(row.bytes_at(9))};
    // SQLite would not notice what has happened inside a value.
    if (entry.has_policy()) {
      const auto digest = sha256(entry.body);
      const std::string_view bytes(reinterpret_cast<const char*>(digest.data()), digest.size());
      if (hex_lower(bytes) != entry.body_hash)
        return fail(ErrorKind::data, "cache.damaged", "the cached policy of " + entry.domain + " is damaged",
                    "smmtasts cache purge " + entry.domain);
    }
    return entry;
  }

  Database database_;
  bool hurried_ = false;
  std::chrono::milliseconds patient_again_{};
  Statement find_;
  Statement put_;
  Statement put_failure_;
  Statement each_;
  Statement purge_;
  Statement purge_all_;
  Statement drop_;
  Statement version_;
};

}  // namespace

std::span<const std::string_view> schema() {
  return steps_to_now;
}

Result<std::unique_ptr<mtasts::Cache>> open_cache(const std::string& path, Access access) {
  return open_cache(path, access, steps_to_now);
}

Result<std::unique_ptr<mtasts::Cache>> open_cache(const std::string& path, Access access,
                                                  std::span<const std::string_view> steps) {
  std::string file = SM_TRY(checked_path(path, access));
  if (file.empty()) file = ":memory:";
  Database database = SM_TRY(Database::open(file));
  database.set_patience(patience);
  SM_TRY(migrate(database, path, steps));
  SM_TRY(database.execute("PRAGMA synchronous = NORMAL"));
  return SqliteCache::make(std::move(database), access);
}

}  // namespace sm::sqlite
