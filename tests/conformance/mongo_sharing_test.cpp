// Topics that are shared with runners of the old kind, which save by `_id` alone.

#include "raw_mongo.hpp"
#include "store_test.hpp"

#include "base/time_text.hpp"
#include "store/mongo_store.hpp"
#include "store/task_validator.hpp"
#include "support/mongod.hpp"

#include <thread>

namespace taskrunner::conformance {
namespace {

constexpr std::int64_t minute_ms = 60'000;
constexpr std::int64_t hour_ms = 60 * minute_ms;
constexpr int refused_by_validator = 121;

class MongoSharingTest : public testing::Test {
 protected:
  std::unique_ptr<store::MongoStore> open(bool share_topics = true, std::int64_t period_ms = hour_ms) {
    store::StoreOptions options;
    options.clock = &clock;
    options.share_topics = share_topics;
    options.sharing_period_ms = period_ms;
    return std::make_unique<store::MongoStore>(store::open_collections(store::parse_mongo_url(url)), options);
  }
  ObjectId open_session(Store& on) {
    SessionInfo info;
    info.id = random->object_id(0);
    info.topics = {"work#1"};
    on.open_session(info, 30'000);
    return info.id;
  }
  ObjectId add(Store& to) {
    NewTask task;
    task.id = random->object_id(0);
    task.versioned_topic = "work#1";
    EXPECT_FALSE(to.add({&task, 1}).at(0).error);
    return task.id;
  }
  TaskPtr claim(Store& from) {
    const ObjectId session = open_session(from);
    return from.claim({random->object_id(0), session, "host:1", "http://host/", {{"work#1", 1, {true, true, false}}}, 1, true}).tasks.at(0);
  }
  static TransitionResult apply(Store& to, const Transition& transition) { return to.apply({&transition, 1}).at(0); }
  static Fence fence_of(const TaskRecord& task) { return {task.id, task.lease->token, *task.lease->session}; }

  /// A task that an old runner has in that state since then.
  ObjectId held_by_old(const char* state, std::int64_t since_ms, const char* topic = "work#1") {
    const ObjectId id = random->object_id(0);
    raw.insert(Json{{"_id", id}, {"state", state}, {"versionedTopic", topic}, {"worker", "old:1"},
                    {"createdAt", iso_time(0)}, {"updatedAt", iso_time(since_ms)}, {"__v", 0}});
    return id;
  }
  /// An old runner's save; the server's error code, 0 where it took it.
  std::int64_t old_save(const ObjectId& id, Json fields, Json removed = Json::object()) {
    JsonObject change;
    change.append("$set", std::move(fields));
    if (!removed.as_object().empty()) change.append("$unset", std::move(removed));
    const Json statement{{"q", Json{{"_id", id}}}, {"u", std::move(change)}};
    const JsonObject answer = raw.run(Json{{"update", raw.names().tasks}, {"updates", JsonArray{statement}}});
    const Json* errors = answer.find("writeErrors");
    return errors ? errors->as_array().front().at("code").as_int64() : 0;
  }
  std::int64_t old_claim(const ObjectId& id) { return old_save(id, Json{{"state", "running"}, {"worker", "old:1"}}); }
  std::int64_t old_end(const ObjectId& id) {
    return old_save(id, Json{{"state", "completed"}, {"response", 7}}, Json{{"worker", 1}});
  }
  void set_rules(Json validator) {
    raw.run(Json{{"collMod", raw.names().tasks}, {"validator", std::move(validator)}, {"validationLevel", "moderate"}});
  }
  store::CollectionRules rules() { return store::read_rules(commands).value_or(store::CollectionRules()); }
  void await_validator() {
    while (!store::guards_tasks(rules())) std::this_thread::yield();
  }

  ManualClock clock;
  std::string url = test::Mongod::shared().fresh_url();
  RawMongo raw{url};
  store::MongoCommands commands{raw.names()};
  std::shared_ptr<Random> random = std::make_shared<Random>(Random::system_seed());
};

TEST_F(MongoSharingTest, WhatIsHeldHereNoOldRunnerClaimsOrEnds) {
  const auto store = open();
  add(*store);
  const TaskPtr task = claim(*store);
  EXPECT_EQ(old_claim(task->id), refused_by_validator);
  EXPECT_EQ(old_end(task->id), refused_by_validator);
  EXPECT_EQ(old_save(task->id, Json{{"state", "to do"}}), refused_by_validator);
  EXPECT_EQ(*store->get(task->id), *task);
  EXPECT_TRUE(apply(*store, CompleteTask{fence_of(*task), Json{1}, {}}).ok());
}

TEST_F(MongoSharingTest, ACompletedTaskIsStartedAgainByARetryOnly) {
  const auto store = open();
  add(*store);
  const TaskPtr task = claim(*store);
  ASSERT_TRUE(apply(*store, CompleteTask{fence_of(*task), Json{1}, {}}).ok());
  EXPECT_EQ(old_save(task->id, Json{{"state", "to do"}}), refused_by_validator);
  ASSERT_TRUE(apply(*store, RetryTask{task->id}).ok());
  EXPECT_EQ(old_claim(task->id), 0);
}

TEST_F(MongoSharingTest, TasksOfOldRunnersAreTheirs) {
  const auto store = open();
  const ObjectId id = add(*store);
  EXPECT_EQ(old_claim(id), 0);
  EXPECT_EQ(old_end(id), 0);
  EXPECT_EQ(old_save(id, Json{{"state", "to do"}}), 0);
  EXPECT_EQ(claim(*store)->id, id);
}

TEST_F(MongoSharingTest, WhatADeadOldRunnerLeftIsAdopted) {
  const auto store = open();
  open_session(*store);
  const std::int64_t long_ago_ms = clock.wall_ms() - 8 * hour_ms - 1;
  const ObjectId ran = held_by_old("running", long_ago_ms);
  const ObjectId claimed = held_by_old("to do", long_ago_ms);
  const ObjectId paused = held_by_old("paused", long_ago_ms);
  const ObjectId ended = held_by_old("completed", long_ago_ms);
  const ObjectId living = held_by_old("running", clock.wall_ms() - 8 * hour_ms);
  const ObjectId of_others = held_by_old("running", long_ago_ms, "their#1");
  store->keep_sharing();
  for (const ObjectId& id : {ran, claimed}) {
    EXPECT_EQ(store->get(id)->state, TaskState::to_do);
    EXPECT_FALSE(store->get(id)->worker);
    EXPECT_EQ(store->get(id)->updated_at_ms, clock.wall_ms());
  }
  EXPECT_EQ(store->get(paused)->state, TaskState::paused);
  EXPECT_FALSE(store->get(paused)->worker);
  EXPECT_TRUE(apply(*store, SignalTask{paused, SignalOp::resume, "me"}).ok());
  for (const ObjectId& id : {ended, living, of_others}) EXPECT_EQ(store->get(id)->worker, "old:1");
}

TEST_F(MongoSharingTest, AdoptionLooksAtWhatOldRunnersHoldOnly) {
  const auto store = open();
  held_by_old("running", 0);
  for (int i = 0; i < 50; ++i) add(*store);
  const Json filter{{"worker", Json{{"$exists", true}}}, {"lease.session", Json{{"$exists", false}}},
                    {"versionedTopic", Json{{"$in", Json::array({"work#1"})}}}};
  const JsonObject plan = raw.run(Json{{"explain", Json{{"find", raw.names().tasks}, {"filter", filter}}}, {"verbosity", "executionStats"}});
  EXPECT_EQ(plan.find("executionStats")->at("totalDocsExamined").as_int64(), 1);
}

TEST_F(MongoSharingTest, WhatRunsForLongIsTouchedEachTenMinutes) {
  const auto store = open();
  add(*store);
  const TaskPtr task = claim(*store);
  clock.now_ms += 10 * minute_ms;
  store->keep_sharing();
  EXPECT_EQ(*store->get(task->id), *task);
  ++clock.now_ms;
  store->keep_sharing();
  const TaskPtr touched = store->get(task->id);
  EXPECT_EQ(touched->updated_at_ms, clock.wall_ms());
  EXPECT_EQ(touched->rev, task->rev + 1);
  EXPECT_TRUE(apply(*store, CompleteTask{fence_of(*task), Json{1}, {}}).ok());
}

TEST_F(MongoSharingTest, WhatAnotherHostRunsIsTouchedByThatOne) {
  const auto store = open();
  add(*store);
  const TaskPtr task = claim(*store);
  clock.now_ms += hour_ms;
  open()->keep_sharing();
  EXPECT_EQ(*store->get(task->id), *task);
}

TEST_F(MongoSharingTest, AValidatorThatWasTakenAwayIsPutBack) {
  const auto store = open();
  EXPECT_TRUE(store::guards_tasks(rules()));
  set_rules(Json::object());
  EXPECT_FALSE(store::guards_tasks(rules()));
  store->keep_sharing();
  EXPECT_TRUE(store::guards_tasks(rules()));
}

TEST_F(MongoSharingTest, TheStoreSeesToItByItself) {
  const auto store = open(true, 1);
  open_session(*store);
  set_rules(Json::object());
  await_validator();
  const ObjectId left = held_by_old("running", 0);
  while (store->get(left)->worker) std::this_thread::yield();
}

TEST_F(MongoSharingTest, AfterTheCollectionWasDroppedTheValidatorIsPutBackAtOnce) {
  const auto store = open();
  add(*store);
  raw.run(Json{{"drop", raw.names().tasks}});
  await_validator();
}

TEST_F(MongoSharingTest, WhatOthersDemandOfDocumentsStays) {
  const Json theirs{{"versionedTopic", Json{{"$type", "string"}}}};
  raw.run(Json{{"create", raw.names().tasks}, {"validator", theirs}});
  const auto store = open();
  EXPECT_EQ(Json(rules().validator), (Json{{"$and", JsonArray{theirs, store::task_validator()}}}));
  EXPECT_TRUE(store::guards_tasks(rules()));
  const JsonObject before = rules().validator;
  store->keep_sharing();
  EXPECT_EQ(rules().validator, before);
}

TEST_F(MongoSharingTest, ManyHostsMayBeginAtOnce) {
  std::vector<std::jthread> hosts;
  for (int i = 0; i < 4; ++i) hosts.emplace_back([&] { open(); });
  hosts.clear();
  EXPECT_EQ(Json(rules().validator), store::task_validator());
}

TEST_F(MongoSharingTest, ATopicThatOldRunnersClaimTooIsNoticed) {
  const auto store = open(false);
  open_session(*store);
  FeedCursor cursor = store->feed().now();
  const ObjectId id = add(*store);
  old_claim(id);
  held_by_old("running", 0, "their#1");
  for (std::size_t told = 0; told < 3;) {
    const FeedBatch batch = store->feed().read(cursor, 100);
    cursor = batch.next;
    told += batch.events.size();
  }
  EXPECT_EQ(store->old_runners().topics_of_both(), std::vector<std::string>{"work#1"});
  EXPECT_FALSE(store::guards_tasks(rules()));
}

TEST_F(MongoSharingTest, OurOwnClaimsAreNotTakenForTheirs) {
  const auto store = open(false);
  const auto other = open(false);
  FeedCursor cursor = store->feed().now();
  add(*store);
  const TaskPtr task = claim(*other);
  open_session(*store);
  ASSERT_TRUE(apply(*other, UpdateTask{fence_of(*task), {}, Json{1}, {}, {}, {}}).ok());
  ASSERT_TRUE(apply(*other, CompleteTask{fence_of(*task), {}, {}}).ok());
  for (bool ended = false; !ended;) {
    const FeedBatch batch = store->feed().read(cursor, 100);
    cursor = batch.next;
    for (const FeedEvent& event : batch.events) ended |= event.state == TaskState::completed;
  }
  EXPECT_TRUE(store->old_runners().topics_of_both().empty());
}

TEST(SharingElsewhere, AStoreOfOneProcessIsNotShared) {
  store::StoreOptions options;
  options.share_topics = true;
  for (const char* url : {"memory:", "sqlite:unused.db"}) EXPECT_THROW(store::open_store(url, options), Error) << url;
}

}  // namespace
}  // namespace taskrunner::conformance
