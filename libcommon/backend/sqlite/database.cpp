#include "backend/sqlite/database.hpp"

#include <sqlite3.h>

namespace sm::sqlite {
namespace {

// What went wrong, by SQLite's code. Errors: cache.busy, cache.failed (temporary), cache.damaged (data), cache.open
// (config).
Unexpected describe(sqlite3* database, int code) {
  const char* words = sqlite3_errstr(code);
  const char* file = database ? sqlite3_db_filename(database, "main") : nullptr;
  const std::string where = file && *file ? "cache " + std::string(file) : "cache";
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return fail(ErrorKind::temporary, "cache.busy", where + " is locked by another process");
    case SQLITE_ERROR:  // all SQL is ours: the schema is not
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return damaged(where, words);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return fail(ErrorKind::config, "cache.open", "can't open " + where + ": " + words);
    case SQLITE_NOMEM:
      throw std::bad_alloc();
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
      throw std::logic_error(words);
    default:
      return fail(ErrorKind::temporary, "cache.failed", where + ": " + words);
  }
}

}  // namespace

Unexpected damaged(const std::string& where, const std::string& why) {
  return fail(ErrorKind::data, "cache.damaged", where + " is damaged: " + why,
              "move it away: policies are fetched anew, and until then those domains are not protected by it");
}

void close(sqlite3* database) {
  sqlite3_close_v2(database);
}

void finalize(sqlite3_stmt* statement) {
  sqlite3_finalize(statement);
}

// ---- Statement

void Statement::text(int place, std::string_view value) {
  // Without a terminator, and never null: an empty view is an empty text.
  const int code = sqlite3_bind_text64(statement_.get(), place, value.empty() ? "" : value.data(), value.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (bound_ == SQLITE_OK) bound_ = code;
}

void Statement::blob(int place, std::string_view value) {
  const int code =
      sqlite3_bind_blob64(statement_.get(), place, value.empty() ? "" : value.data(), value.size(), SQLITE_STATIC);
  if (bound_ == SQLITE_OK) bound_ = code;
}

void Statement::integer(int place, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), place, value);
  if (bound_ == SQLITE_OK) bound_ = code;
}

void Statement::null(int place) {
  const int code = sqlite3_bind_null(statement_.get(), place);
  if (bound_ == SQLITE_OK) bound_ = code;
}

Result<bool> Statement::step() {
  const int code = bound_ == SQLITE_OK ? sqlite3_step(statement_.get()) : bound_;
  if (code == SQLITE_ROW) return true;
  reset();
  if (code == SQLITE_DONE) return false;
  return describe(database_, code);
}

Result<void> Statement::run() {
  while (SM_TRY(step())) {
  }
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bound_ = SQLITE_OK;
}

std::string_view Statement::bytes_at(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes ? std::string_view(bytes, static_cast<std::size_t>(size)) : std::string_view();
}

std::int64_t Statement::integer_at(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::null_at(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

// ---- Database

Result<Database> Database::open(const std::string& path) {
  Database database;
  // One thread, one connection.
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  const int code = sqlite3_open_v2(path.c_str(), out(database.handle_), flags, nullptr);
  if (code != SQLITE_OK) return describe(database.handle_.get(), code);
  // Whatever a file says of itself: it can't make us call functions, nor write to its schema tables.
  sqlite3_db_config(database.handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(database.handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return database;
}

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* raw = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return describe(handle_.get(), code);
  return Statement(handle_.get(), raw);
}

Result<void> Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return describe(handle_.get(), code);
  return {};
}

Result<std::int64_t> Database::number(std::string_view sql) const {
  Statement statement = SM_TRY(prepare(sql));
  const bool any = SM_TRY(statement.step());
  return any ? statement.integer_at(0) : 0;
}

void Database::set_patience(std::chrono::milliseconds patience) const {
  sqlite3_busy_timeout(handle_.get(), static_cast<int>(patience.count()));
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(handle_.get());
}

}  // namespace sm::sqlite
