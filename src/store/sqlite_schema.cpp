#include "store/sqlite_schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace taskrunner::store {
namespace {

std::string quoted(const std::string& name) { return "\"" + name + "\""; }

// Times are milliseconds since 1970; state, outcome, signal_op the enums' numbers; actions bits (1 stop, 2 pause,
// 4 resume); what may hold any value is BSON. The lease's worker and state are the task's own.
constexpr const char* tasks_columns = R"(
  row INTEGER PRIMARY KEY, id BLOB NOT NULL, state INTEGER NOT NULL, topic TEXT NOT NULL, priority REAL,
  wait_until INTEGER, worker TEXT, token BLOB, session BLOB, rev INTEGER NOT NULL, epoch INTEGER NOT NULL,
  attempts INTEGER NOT NULL, losses INTEGER NOT NULL, max_attempts INTEGER, created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER, delete_at INTEGER, outcome INTEGER,
  actions INTEGER, signal_op INTEGER, signal_by TEXT, signal_at INTEGER, unique_key TEXT, applicant TEXT,
  public_url TEXT, schedule_name TEXT, schedule_tick INTEGER, errors BLOB, data BLOB, response BLOB, progress BLOB,
  checkpoint BLOB)";

void create_index(Database& database, const std::string& collection, const char* kind, const char* name,
                  const std::string& columns, const std::string& condition) {
  database.exec(fmt::format("CREATE {} IF NOT EXISTS {} ON {} ({}){}", kind, quoted(collection + "." + name),
                            tasks_table(collection), columns, condition.empty() ? "" : " WHERE " + condition));
}

}  // namespace

FileKind kind_of(Database& database) {
  const std::int64_t application = database.number("PRAGMA application_id");
  if (application == schema_application_id)
    return database.number("PRAGMA user_version") > schema_version ? FileKind::newer : FileKind::ours;
  if (application != 0 || database.number("SELECT count(*) FROM sqlite_schema") != 0) return FileKind::foreign;
  return FileKind::empty;
}

void refuse_other_schemas(Database& database) {
  switch (kind_of(database)) {
    case FileKind::empty:
    case FileKind::ours: return;
    case FileKind::newer:
      throw Error(ErrorCode::conflict,
                  fmt::format("the store {} has schema version {}, this program knows {}: use the newer program",
                              database.path(), database.number("PRAGMA user_version"), schema_version));
    case FileKind::foreign:
      throw Error(ErrorCode::conflict, "the store " + database.path() +
                                           " is a database of another program: name another file for the tasks");
  }
}

void mark_as_ours(Database& database) {
  if (kind_of(database) != FileKind::empty) return;
  database.exec(fmt::format("BEGIN; PRAGMA application_id = {}; PRAGMA user_version = {}; COMMIT", schema_application_id,
                            schema_version));
}

namespace {

/// Each has a table of its hosts beside its own.
std::vector<std::string> collections(Database& database) {
  Statement select(database,
                   "SELECT substr(name, 1, length(name) - 6) FROM sqlite_schema"
                   " WHERE type = 'table' AND name LIKE '%.hosts'");
  std::vector<std::string> names;
  while (select.step()) names.emplace_back(select.bytes(0));
  return names;
}

}  // namespace

void migrate(Database& database) {
  if (database.number("PRAGMA user_version") >= schema_version) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    // So far versions differ by indexes alone, and what is missing is made.
    for (const std::string& collection : collections(database)) create_collection(database, collection);
    database.exec(fmt::format("PRAGMA user_version = {}; COMMIT", schema_version));
  } catch (const Error&) {
    if (database.in_transaction()) database.exec("ROLLBACK");
    throw;
  }
}

bool is_collection_name(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto is_fine = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; };
  return !name.empty() && name.size() <= 64 && is_letter(name[0]) && std::all_of(name.begin(), name.end(), is_fine) &&
         !name.starts_with("sqlite_");
}

std::string tasks_table(const std::string& collection) { return quoted(collection); }
std::string hosts_table(const std::string& collection) { return quoted(collection + ".hosts"); }
std::string ticks_table(const std::string& collection) { return quoted(collection + ".schedules"); }

void create_collection(Database& database, const std::string& collection) {
  database.exec("CREATE TABLE IF NOT EXISTS " + tasks_table(collection) + " (" + tasks_columns + ")");
  create_index(database, collection, "UNIQUE INDEX", "by_id", "id", "");
  create_index(database, collection, "UNIQUE INDEX", "by_key", "unique_key", "unique_key IS NOT NULL");
  create_index(database, collection, "INDEX", "by_claim", "topic, priority DESC, wait_until, id", unheld_condition);
  create_index(database, collection, "INDEX", "by_due", "topic, wait_until",
               std::string(unheld_condition) + " AND wait_until IS NOT NULL");
  create_index(database, collection, "INDEX", "by_session", "session", "session IS NOT NULL");
  create_index(database, collection, "INDEX", "by_created", "created_at, id", "");
  create_index(database, collection, "INDEX", "by_end", "delete_at", "delete_at IS NOT NULL");
  database.exec("CREATE TABLE IF NOT EXISTS " + hosts_table(collection) +
                " (id BLOB PRIMARY KEY, instance TEXT NOT NULL, base_url TEXT NOT NULL, topics BLOB NOT NULL,"
                " capacity INTEGER NOT NULL, started_at INTEGER NOT NULL, until INTEGER NOT NULL,"
                " lost INTEGER NOT NULL) WITHOUT ROWID");
  database.exec("CREATE TABLE IF NOT EXISTS " + ticks_table(collection) +
                " (name TEXT PRIMARY KEY, tick INTEGER NOT NULL) WITHOUT ROWID");
}

}  // namespace taskrunner::store
