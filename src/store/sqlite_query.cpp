#include "store/sqlite_store.hpp"

#include "core/task_document.hpp"
#include "query/compiled_query.hpp"
#include "store/sqlite_filter.hpp"
#include "store/sqlite_schema.hpp"

#include <algorithm>
#include <utility>

namespace taskrunner::store {
namespace {

struct Match {
  TaskRecord task;
  JsonObject document;
};

/// The first skip + limit of all that were offered, in the query's order.
class Best {
 public:
  explicit Best(const CompiledQuery& query) : query_(query), most_(query.skip() + query.limit()) {}

  void offer(Match match) {
    if (matches_.size() == most_) {
      if (!(before_(match, matches_.front()))) return;
      std::pop_heap(matches_.begin(), matches_.end(), before_);
      matches_.pop_back();
    }
    matches_.push_back(std::move(match));
    std::push_heap(matches_.begin(), matches_.end(), before_);
  }

  std::vector<TaskPtr> window() {
    std::sort_heap(matches_.begin(), matches_.end(), before_);
    std::vector<TaskPtr> tasks;
    for (std::size_t i = query_.skip(); i < matches_.size(); ++i)
      tasks.push_back(std::make_shared<const TaskRecord>(std::move(matches_[i].task)));
    return tasks;
  }

 private:
  const CompiledQuery& query_;
  const std::size_t most_;
  std::vector<Match> matches_;
  std::function<bool(const Match&, const Match&)> before_ = [this](const Match& a, const Match& b) {
    return query_.compare(a.document, b.document) < 0;
  };
};

/// The database finds the order and the window, and only the rows of the window are read whole.
std::vector<TaskPtr> find_in_order(Database& database, const std::string& table, const CompiledQuery& query,
                                   const SqlFilter& filter, const std::string& order) {
  Statement rows(database, "SELECT row FROM " + table + " WHERE " + filter.condition + " ORDER BY " + order +
                               (filter.exact ? " LIMIT ? OFFSET ?" : ""));
  const int next = bind_parameters(rows, filter);
  if (filter.exact) {
    rows.bind(next, static_cast<std::int64_t>(query.limit()));
    rows.bind(next + 1, static_cast<std::int64_t>(query.skip()));
  }
  Statement& whole = database.cached(select_full(table) + " WHERE row = ?1");
  std::size_t to_skip = filter.exact ? 0 : query.skip();
  std::vector<TaskPtr> found;
  while (found.size() < query.limit() && rows.step()) {
    StatementRun run(whole);
    whole.bind(1, rows.integer(0));
    if (!whole.step()) continue;
    auto task = std::make_shared<const TaskRecord>(read_full(whole));
    if (!filter.exact && !query.matches(core::to_document(*task))) continue;
    if (to_skip > 0)
      --to_skip;
    else
      found.push_back(std::move(task));
  }
  return found;
}

std::vector<TaskPtr> find_in(Database& database, const std::string& table, const CompiledQuery& query) {
  const SqlFilter filter = sql_filter(query);
  if (const auto order = sql_order(query)) return find_in_order(database, table, query, filter, *order);
  Statement select(database, select_full(table) + " WHERE " + filter.condition);
  bind_parameters(select, filter);
  Best best(query);
  while (select.step()) {
    Match match{read_full(select), {}};
    match.document = core::to_document(match.task);
    if (query.matches(match.document)) best.offer(std::move(match));
  }
  return best.window();
}

std::int64_t count_in(Database& database, const std::string& table, const CompiledQuery& query) {
  const SqlFilter filter = sql_filter(query);
  const std::string select_what = filter.exact ? "SELECT count(*) FROM " + table : select_full(table);
  Statement select(database, select_what + " WHERE " + filter.condition);
  bind_parameters(select, filter);
  if (filter.exact) return select.step() ? select.integer(0) : 0;
  std::int64_t count = 0;
  while (select.step())
    if (query.matches(core::to_document(read_full(select)))) ++count;
  return count;
}

}  // namespace

TaskPtr SqliteStore::get(const ObjectId& id) {
  TaskPtr task;
  file_->read([&](Database& database) {
    Statement& select = database.cached(select_full(tasks_table(collection_)) + " WHERE id = ?1");
    StatementRun run(select);
    select.bind(1, id);
    if (select.step()) task = std::make_shared<const TaskRecord>(read_full(select));
  });
  return task;
}

std::vector<TaskPtr> SqliteStore::find(const Query& query) {
  const CompiledQuery compiled = parse_query(query);
  std::vector<TaskPtr> found;
  file_->read([&](Database& database) { found = find_in(database, tasks_table(collection_), compiled); });
  return found;
}

std::int64_t SqliteStore::count(const Json& filter) {
  const CompiledQuery compiled = parse_query({filter, {}, 0, 0});
  std::int64_t count = 0;
  file_->read([&](Database& database) { count = count_in(database, tasks_table(collection_), compiled); });
  return count;
}

std::vector<SessionInfo> SqliteStore::sessions() {
  std::vector<SessionInfo> all;
  file_->read([&](Database& database) { all = read_sessions(database, collection_); });
  return all;
}

std::vector<HeldTask> SqliteStore::held_by(const ObjectId& session) {
  std::vector<HeldTask> held;
  file_->read([&](Database& database) { held = read_held(database, collection_, session); });
  return held;
}

std::optional<std::int64_t> SqliteStore::last_tick(const std::string& schedule) {
  std::optional<std::int64_t> tick_ms;
  file_->read([&](Database& database) { tick_ms = read_tick(database, collection_, schedule); });
  return tick_ms;
}

}  // namespace taskrunner::store
