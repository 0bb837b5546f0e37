#include "store/sqlite_store.hpp"

#include "core/task_document.hpp"
#include "query/compiled_query.hpp"
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
  bool is_full() const { return matches_.size() == most_; }

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

/// A condition in SQL that leaves out only what cannot match, and its parameters.
struct Narrowing {
  std::string condition;
  std::vector<std::string> blobs;
  std::vector<std::string> texts;
  std::vector<std::int64_t> numbers;
  bool nothing = false;
};

std::string placeholders(std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) list += list.empty() ? "?" : ", ?";
  return list;
}

void add_condition(Narrowing& narrowing, const char* column, std::size_t count) {
  if (count == 0) narrowing.nothing = true;
  narrowing.condition += narrowing.condition.empty() ? " WHERE " : " AND ";
  narrowing.condition += std::string(column) + " IN (" + placeholders(count) + ")";
}

constexpr std::size_t most_values = 1'000;

/// Values of another type than the field's can match nothing: the fields here are never arrays and never absent.
Narrowing narrow(const CompiledQuery& query) {
  Narrowing narrowing;
  if (const auto ids = query.equality_on("_id"); ids && ids->size() <= most_values) {
    for (const Json& value : *ids)
      if (const auto* id = std::get_if<ObjectId>(&value.value())) narrowing.blobs.emplace_back(id->view());
    add_condition(narrowing, "id", narrowing.blobs.size());
  }
  if (const auto topics = query.equality_on("versionedTopic"); topics && topics->size() <= most_values) {
    for (const Json& value : *topics)
      if (const std::string* topic = value.if_string()) narrowing.texts.push_back(*topic);
    add_condition(narrowing, "topic", narrowing.texts.size());
  }
  if (const auto states = query.equality_on("state"); states && states->size() <= most_values) {
    for (const Json& value : *states)
      if (const std::string* text = value.if_string())
        if (const auto state = task_state_from(*text)) narrowing.numbers.push_back(static_cast<std::int64_t>(*state));
    add_condition(narrowing, "state", narrowing.numbers.size());
  }
  return narrowing;
}

void bind(Statement& statement, const Narrowing& narrowing) {
  int index = 1;
  for (const std::string& blob : narrowing.blobs) statement.bind_blob(index++, blob);
  for (const std::string& text : narrowing.texts) statement.bind_text(index++, text);
  for (const std::int64_t number : narrowing.numbers) statement.bind(index++, number);
}

/// The sort is by `_id` alone, upwards: then the id's index gives the order, and the scan ends with the window.
bool is_in_id_order(const CompiledQuery& query) {
  const JsonObject& sort = query.query().sort.as_object();
  return sort.size() == 1 && sort.begin()->first == "_id" && sort.begin()->second.as_double() > 0;
}

std::vector<TaskPtr> find_in(Database& database, const std::string& table, const CompiledQuery& query) {
  const Narrowing narrowing = narrow(query);
  if (narrowing.nothing) return {};
  const bool in_order = is_in_id_order(query);
  Statement select(database, select_full(table) + narrowing.condition + (in_order ? " ORDER BY id" : ""));
  bind(select, narrowing);
  Best best(query);
  while (!(in_order && best.is_full()) && select.step()) {
    Match match{read_full(select), {}};
    match.document = core::to_document(match.task);
    if (query.matches(match.document)) best.offer(std::move(match));
  }
  return best.window();
}

std::int64_t count_in(Database& database, const std::string& table, const CompiledQuery& query) {
  if (query.matches_everything()) return database.number("SELECT count(*) FROM " + table);
  const Narrowing narrowing = narrow(query);
  if (narrowing.nothing) return 0;
  Statement select(database, select_full(table) + narrowing.condition);
  bind(select, narrowing);
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
