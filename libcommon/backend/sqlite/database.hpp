// SQLite as this backend needs it: a file that is opened with care, and statements that are kept. Only cache.cpp sees
// this.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/handle.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace sm::sqlite {

void close(sqlite3* database);
void finalize(sqlite3_stmt* statement);

// A statement, prepared once. Values are bound from place 1 on and must live until it has run; columns are read from 0
// on, and are valid until the next step. Errors: those of describe().
class Statement {
 public:
  Statement() = default;

  void text(int place, std::string_view value);
  void blob(int place, std::string_view value);
  void integer(int place, std::int64_t value);
  void null(int place);
  // Whether there is a row. At an error, and behind the last row, it is ready for the next run.
  Result<bool> step();
  // To its end, for what has no rows.
  Result<void> run();
  void reset();

  std::string_view bytes_at(int column) const;
  std::int64_t integer_at(int column) const;
  bool null_at(int column) const;

 private:
  friend class Database;
  Statement(sqlite3* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}

  sqlite3* database_ = nullptr;
  Handle<sqlite3_stmt, finalize> statement_;
  int bound_ = 0;  // the first error of binding
};

// Ends the run of a statement that was not stepped to its end.
class Rewind {
 public:
  explicit Rewind(Statement& statement) : statement_(statement) {}
  Rewind(const Rewind&) = delete;
  Rewind& operator=(const Rewind&) = delete;
  ~Rewind() { statement_.reset(); }

 private:
  Statement& statement_;
};

// cache.damaged (data), of a whole file.
Unexpected damaged(const std::string& where, const std::string& why);

class Database {
 public:
  // An existing file, or ":memory:". Symbolic links anywhere in `path` are refused.
  static Result<Database> open(const std::string& path);

  Result<Statement> prepare(std::string_view sql) const;
  // Statements without values, one after the other.
  Result<void> execute(const std::string& sql) const;
  // The one number that a statement gives.
  Result<std::int64_t> number(std::string_view sql) const;
  // Of what the last statement changed.
  std::int64_t changes() const;
  // How long another process that holds a lock is waited for, from now on; not at all at first.
  void set_patience(std::chrono::milliseconds patience) const;

 private:
  Handle<sqlite3, close> handle_;
};

}  // namespace sm::sqlite
