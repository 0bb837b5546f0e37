#include "store/task_table.hpp"

#include <utility>

namespace taskrunner::store {
namespace {

/// About 5 MiB; more than the slots of the hosts in one process.
constexpr std::size_t most_held = 8'192;

void make_slim(std::optional<Json>& value) {
  if (value) value = unread_value();
}

}  // namespace

TaskTable::TaskTable(Database& database, std::string table)
    : database_(database),
      table_(std::move(table)),
      insert_(database, insert_sql(table_)),
      erase_(database, "DELETE FROM " + table_ + " WHERE row = ?"),
      slim_by_id_(database, select_slim(table_) + " WHERE id = ?"),
      full_by_id_(database, select_full(table_) + " WHERE id = ?"),
      full_by_key_(database, select_full(table_) + " WHERE unique_key = ?") {}

std::optional<StoredTask> TaskTable::read_one(Statement& statement, bool full) {
  StatementRun run(statement);
  if (!statement.step()) return std::nullopt;
  return StoredTask{statement.integer(0), full ? read_full(statement) : read_slim(statement), !full};
}

const StoredTask* TaskTable::find_slim(const ObjectId& id) {
  if (const auto held = held_.find(id); held != held_.end()) return &held->second;
  slim_by_id_.bind(1, id);
  read_ = read_one(slim_by_id_, false);
  return read_ ? &*read_ : nullptr;
}

std::optional<StoredTask> TaskTable::find_full(const ObjectId& id) {
  full_by_id_.bind(1, id);
  return read_one(full_by_id_, true);
}

std::optional<StoredTask> TaskTable::find_by_key(const std::string& unique_key) {
  full_by_key_.bind_text(1, unique_key);
  return read_one(full_by_key_, true);
}

bool TaskTable::insert(const TaskRecord& task, const EncodedValues& values) {
  bind_columns(insert_, task, values, all_columns());
  insert_.run();
  return database_.changes() == 1;
}

void TaskTable::update(const StoredTask& before, const TaskRecord& after) {
  const std::int64_t row = before.row;
  const ColumnMask columns = changed_columns(before.record, after);
  if (columns) {
    const EncodedValues values = encode_values(after, columns);
    auto found = updates_.find(columns);
    if (found == updates_.end())
      found = updates_
                  .emplace(std::piecewise_construct, std::forward_as_tuple(columns),
                           std::forward_as_tuple(database_, update_sql(table_, columns)))
                  .first;
    Statement& update = found->second;
    update.bind(bind_columns(update, after, values, columns), row);
    update.run();
  }
  remember(row, after);
}

void TaskTable::erase(const StoredTask& task) {
  const ObjectId id = task.record.id;
  erase_.bind(1, task.row);
  erase_.run();
  held_.erase(id);
}

void TaskTable::remember(std::int64_t row, const TaskRecord& task) {
  if (!task.lease || !task.lease->session) {
    held_.erase(task.id);
    return;
  }
  if (held_.size() >= most_held && !held_.contains(task.id)) held_.erase(held_.begin());
  TaskRecord& slim = held_.insert_or_assign(task.id, StoredTask{row, task, true}).first->second.record;
  make_slim(slim.data);
  make_slim(slim.response);
  make_slim(slim.progress);
  make_slim(slim.checkpoint);
}

}  // namespace taskrunner::store
