#pragma once

#include "store/task_row.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

namespace taskrunner::store {

/// A task and where it lies. `is_slim`: without its values (task_row.hpp).
struct StoredTask {
  std::int64_t row = 0;
  TaskRecord record;
  bool is_slim = true;
};

/// One collection's tasks through the writer's connection. Writer's thread only.
///
/// What a host holds is remembered (without its values), since its completion comes next: this process is the only
/// writer, so what was read or written last is what is stored. forget() after a rollback.
class TaskTable {
 public:
  TaskTable(Database& database, std::string table);

  /// Null where there is none; valid until the next call of any member.
  const StoredTask* find_slim(const ObjectId& id);
  std::optional<StoredTask> find_full(const ObjectId& id);
  std::optional<StoredTask> find_by_key(const std::string& unique_key);

  /// False where the id or the unique key is there already.
  bool insert(const TaskRecord& task, const EncodedValues& values);
  /// Writes the columns that differ; `before` may be what find_slim() gave. Throws Error{invalid_argument}, with nothing written, where a value has no BSON
  /// form.
  void update(const StoredTask& before, const TaskRecord& after);
  void erase(const StoredTask& task);

  void forget() { held_.clear(); }

  Database& database() { return database_; }
  const std::string& name() const { return table_; }

 private:
  std::optional<StoredTask> read_one(Statement& statement, bool full);
  void remember(std::int64_t row, const TaskRecord& task);

  Database& database_;
  const std::string table_;
  Statement insert_;
  Statement erase_;
  Statement slim_by_id_;
  Statement full_by_id_;
  Statement full_by_key_;
  std::unordered_map<ColumnMask, Statement> updates_;
  std::unordered_map<ObjectId, StoredTask> held_;  ///< slim
  std::optional<StoredTask> read_;                 ///< the last one that was found and not held
};

}  // namespace taskrunner::store
