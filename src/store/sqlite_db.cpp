#include "store/sqlite_db.hpp"

#include <cstring>

namespace taskrunner::store {
namespace {

// Text and blobs of no length are values, not NULL: SQLite takes a null pointer for NULL.
const char* pointer_of(std::string_view value) { return value.data() ? value.data() : ""; }

constexpr int busy_wait_ms = 5'000;

int flags_of(Database::Mode mode) {
  // The path is a path: no URI, whatever characters it has. One thread at a time uses a connection.
  switch (mode) {
    case Database::Mode::create: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    case Database::Mode::read_write: return SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    case Database::Mode::read_only: return SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
  }
  return 0;
}

std::string system_reason(sqlite3* db) {
  const int number = sqlite3_system_errno(db);
  return number ? std::string(" (") + std::strerror(number) + ")" : std::string();
}

}  // namespace

Error sqlite_error(sqlite3* db, const std::string& path, std::string_view doing) {
  const int code = db ? sqlite3_extended_errcode(db) : SQLITE_NOMEM;
  const std::string start = "the store " + path + ": " + std::string(doing) + ": ";
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::unavailable, start + "the disk is full: make space on it, then repeat"};
    case SQLITE_IOERR: return {ErrorCode::unavailable, start + "the disk cannot be read or written" + system_reason(db)};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {ErrorCode::unavailable, start + "another program has locked the database for long"};
    case SQLITE_READONLY:
    case SQLITE_PERM: return {ErrorCode::unavailable, start + "it may not be written: check the rights of the file and folder"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::unavailable, start + "it cannot be opened" + system_reason(db) + ": does its folder exist?"};
    case SQLITE_NOMEM: return {ErrorCode::unavailable, start + "out of memory"};
    case SQLITE_TOOBIG: return {ErrorCode::invalid_argument, start + "a value is larger than the store takes"};
    case SQLITE_NOTADB: return {ErrorCode::conflict, start + "the file is no SQLite database: name another file"};
    case SQLITE_CORRUPT:
      return {ErrorCode::internal, start + "the database is damaged: restore it from a backup (" + sqlite3_errmsg(db) + ")"};
    default: return {ErrorCode::internal, start + (db ? sqlite3_errmsg(db) : "no connection")};
  }
}

Database::Database(const std::string& path, Mode mode) : path_(path) {
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags_of(mode), nullptr);
  if (code != SQLITE_OK) {
    const Error error = sqlite_error(db_, path_, "opening it");
    sqlite3_close(db_);
    throw error;
  }
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, busy_wait_ms);
}

Database::~Database() {
  statements_.clear();
  sqlite3_close(db_);
}

Statement& Database::cached(const std::string& sql) {
  auto& statement = statements_[sql];
  if (!statement) statement = std::make_unique<Statement>(*this, sql);
  return *statement;
}

void Database::exec(const std::string& sql) {
  if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql.substr(0, sql.find(' ')));
}

std::int64_t Database::number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Database::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? std::string(statement.bytes(0)) : std::string();
}

Statement::Statement(Database& database, const std::string& sql) : database_(database) {
  if (sqlite3_prepare_v3(database.handle(), sql.c_str(), static_cast<int>(sql.size() + 1), SQLITE_PREPARE_PERSISTENT,
                         &statement_, nullptr) != SQLITE_OK)
    database.fail("preparing '" + sql + "'");
}

void Statement::bind_text(int index, std::string_view value) {
  sqlite3_bind_text64(statement_, index, pointer_of(value), value.size(), SQLITE_STATIC, SQLITE_UTF8);
}

void Statement::bind_blob(int index, std::string_view value) {
  sqlite3_bind_blob64(statement_, index, pointer_of(value), value.size(), SQLITE_STATIC);
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const Error error = sqlite_error(database_.handle(), database_.path(), "reading or writing");
  sqlite3_reset(statement_);
  throw error;
}

void Statement::run() {
  step();
  reset();
}

std::string_view Statement::bytes(int column) const {
  const void* start = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return size ? std::string_view(static_cast<const char*>(start), size) : std::string_view();
}

ObjectId Statement::object_id(int column) const { return ObjectId::from_bytes(bytes(column)).value_or(ObjectId()); }

}  // namespace taskrunner::store
