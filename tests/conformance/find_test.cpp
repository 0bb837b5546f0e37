#include "store_test.hpp"

#include "core/task_document.hpp"
#include "query/compiled_query.hpp"

namespace taskrunner::conformance {
namespace {

class FindTest : public StoreTest {
 protected:
  void fill() {
    for (int i = 0; i < 60; ++i) {
      clock.now_ms += i % 2;
      NewTask task = new_task(i % 2 ? "work#1" : "other#1", Json{{"n", i}, {"kind", i % 5}});
      if (i % 3) task.priority = i % 7;
      tasks_.push_back(add(task));
    }
    claim({"work#1"}, 12);
    for (int i = 0; i < 40; i += 4) apply(SignalTask{tasks_[static_cast<std::size_t>(i)], SignalOp::stop, "me"});
  }

  std::vector<JsonObject> documents() {
    std::vector<JsonObject> all;
    for (const ObjectId& id : tasks_) all.push_back(core::to_document(*store->get(id)));
    return all;
  }

  /// What a plain walk over all tasks gives.
  static std::vector<ObjectId> walk(const std::vector<JsonObject>& documents, const Query& query) {
    std::vector<const JsonObject*> pointers;
    for (const JsonObject& document : documents) pointers.push_back(&document);
    std::vector<ObjectId> ids;
    for (const JsonObject* match : apply_query(parse_query(query), pointers))
      ids.push_back(std::get<ObjectId>(match->find("_id")->value()));
    return ids;
  }

  template <typename Value>
  const Value& any_of(const std::vector<Value>& values) {
    return values[random->below(values.size())];
  }

  Json any_condition() {
    static const std::vector<Json> values = {"to do", "running", "completed", "cancelled", "work#1", "host:8080", nullptr, 3, "k"};
    switch (random->below(5)) {
      case 0: return any_of(values);
      case 1: return Json{{"$ne", any_of(values)}};
      case 2: return Json{{"$in", Json::array({any_of(values), any_of(values), any_of(values)})}};
      case 3: return Json{{"$nin", Json::array({any_of(values), any_of(values)})}};
      default: return Json{{"$not", Json{{"$in", Json::array({any_of(values), any_of(values)})}}}};
    }
  }

  Json any_filter(int depth) {
    static const std::vector<std::string> fields = {"state", "outcome", "versionedTopic", "worker", "uniqueKey", "priority", "data.kind"};
    static const std::vector<std::string> joins = {"$and", "$or", "$nor"};
    JsonObject filter;
    if (depth > 0 && random->below(2))
      filter.set(any_of(joins), Json::array({any_filter(depth - 1), any_filter(depth - 1)}));
    if (filter.empty() || random->below(2)) filter.set(any_of(fields), any_condition());
    return filter;
  }

  std::vector<ObjectId> tasks_;
};

TEST_P(FindTest, GivesWhatAWalkOverAllTasksGives) {
  fill();
  const std::vector<JsonObject> all = documents();
  const std::string some = tasks_[5].hex();
  const std::vector<Query> queries = {
      {{}, {}, 0, 0},
      {{}, {}, 10, 7},
      {{}, Json{{"_id", -1}}, 3, 5},
      {Json{{"state", "to do"}}, {}, 0, 0},
      {Json{{"state", Json{{"$in", Json::array({"running", "completed", 5})}}}}, Json{{"priority", -1}}, 2, 9},
      {Json{{"versionedTopic", "work#1"}, {"state", "running"}}, Json{{"data.n", -1}}, 0, 4},
      {Json{{"id", some}}, {}, 0, 0},
      {Json{{"_id", Json{{"$in", Json::array({some, tasks_[9].hex(), "nothing"})}}}}, Json{{"_id", -1}}, 0, 0},
      {Json{{"data.kind", Json{{"$gt", 2}}}}, Json{{"data.kind", 1}, {"data.n", -1}}, 5, 11},
      {Json{{"$or", Json::array({Json{{"state", "completed"}}, Json{{"priority", 3}}})}}, Json{{"updatedAt", -1}}, 0, 0},
      {Json{{"state", nullptr}}, {}, 0, 0},
      {Json{{"state", "no such state"}}, {}, 0, 0},
      {Json{{"priority", Json{{"$exists", false}}}}, {}, 0, 3},
      {Json{{"data.n", Json{{"$lt", 20}}}}, {}, 100, 0},
  };
  for (const Query& query : queries) {
    SCOPED_TRACE(query.filter.dump() + " " + query.sort.dump());
    EXPECT_EQ(ids_of(store->find(query)), walk(all, query));
    EXPECT_EQ(store->count(query.filter), static_cast<std::int64_t>(walk(all, {query.filter, {}, 0, 0}).size()));
  }
}

TEST_P(FindTest, GivesWhatAWalkGivesWhateverTheFilterAndOrder) {
  fill();
  NewTask with_key = new_task();
  with_key.unique_key = "k";
  tasks_.push_back(add(with_key));
  const std::vector<JsonObject> all = documents();
  const std::vector<std::string> orders = {"createdAt", "updatedAt", "priority", "versionedTopic", "completedAt", "data.n", "state"};
  for (int i = 0; i < 300; ++i) {
    Query query{any_filter(2), {}, static_cast<std::int64_t>(random->below(4)), static_cast<std::int64_t>(random->below(30))};
    query.sort = Json{{any_of(orders), random->below(2) ? 1 : -1}, {"startedAt", -1}};
    SCOPED_TRACE(query.filter.dump() + " " + query.sort.dump());
    EXPECT_EQ(ids_of(store->find(query)), walk(all, query));
    EXPECT_EQ(store->count(query.filter), static_cast<std::int64_t>(walk(all, {query.filter, {}, 0, 0}).size()));
  }
}

TEST_P(FindTest, GivesWholeTasks) {
  fill();
  for (const TaskPtr& task : store->find({})) EXPECT_EQ(*task, *store->get(task->id));
}

TEST_P(FindTest, AWrongQueryIsRefusedByName) {
  try {
    store->find({Json{{"$where", "1"}}, {}, 0, 0});
    FAIL() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("$where"), std::string::npos);
  }
  EXPECT_THROW(store->count(Json{{"$where", "1"}}), Error);
  EXPECT_THROW(store->find({{}, {}, -1, 0}), Error);
  EXPECT_THROW(store->find({{}, {}, 10'000, 1}), Error);
}

TEST_P(FindTest, AnUnknownIdGivesNull) { EXPECT_EQ(store->get(fresh_id()), nullptr); }

TEST_P(FindTest, SeesItsOwnWritesAtOnce) {
  for (int i = 0; i < 50; ++i) {
    const ObjectId id = add();
    ASSERT_NE(store->get(id), nullptr);
    ASSERT_EQ(store->count({}), i + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, FindTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
