#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/object_id.hpp>

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace taskrunner::store {

/// What SQLite's result code means to a caller; the text names the file. Source: https://www.sqlite.org/rescode.html
Error sqlite_error(sqlite3* db, const std::string& path, std::string_view doing);

class Statement;

/// One connection. Not thread-safe: one thread at a time.
class Database {
 public:
  enum class Mode { create, read_write, read_only };
  Database(const std::string& path, Mode mode);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void exec(const std::string& sql);
  /// The first column of the first row.
  std::int64_t number(const std::string& sql);
  std::string text(const std::string& sql);

  /// The statement of this text, prepared once. The caller resets it; two runs of one text do not nest.
  Statement& cached(const std::string& sql);

  sqlite3* handle() const { return db_; }
  const std::string& path() const { return path_; }
  int changes() const { return sqlite3_changes(db_); }
  std::int64_t last_row() const { return sqlite3_last_insert_rowid(db_); }
  bool in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }
  [[noreturn]] void fail(std::string_view doing) const { throw sqlite_error(db_, path_, doing); }

 private:
  const std::string path_;
  sqlite3* db_ = nullptr;
  std::unordered_map<std::string, std::unique_ptr<Statement>> statements_;
};

/// A prepared statement, kept for many runs. Parameters count from 1, columns from 0. What is bound as text or blob
/// must live until reset().
class Statement {
 public:
  Statement(Database& database, const std::string& sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  void bind_null(int index) { sqlite3_bind_null(statement_, index); }
  void bind(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
  void bind(int index, double value) { sqlite3_bind_double(statement_, index, value); }
  void bind_text(int index, std::string_view value);
  void bind_blob(int index, std::string_view value);
  void bind(int index, const ObjectId& id) { bind_blob(index, id.view()); }

  /// True where there is a row. Throws on an error, after a reset.
  bool step();
  void reset() { sqlite3_reset(statement_); }
  /// For what gives no rows: step and reset.
  void run();

  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double real(int column) const { return sqlite3_column_double(statement_, column); }
  /// Valid until the next step or reset.
  std::string_view bytes(int column) const;
  ObjectId object_id(int column) const;

 private:
  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Resets a statement at the end of a scope, also when something is thrown.
class StatementRun {
 public:
  explicit StatementRun(Statement& statement) : statement_(statement) {}
  ~StatementRun() { statement_.reset(); }
  StatementRun(const StatementRun&) = delete;
  StatementRun& operator=(const StatementRun&) = delete;

 private:
  Statement& statement_;
};

}  // namespace taskrunner::store
