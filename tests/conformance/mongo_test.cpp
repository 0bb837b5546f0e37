// What a store that others share has to hold beside the common suite.

#include "raw_mongo.hpp"
#include "store_test.hpp"

#include "base/time_text.hpp"
#include "store/open_store.hpp"
#include "support/mongod.hpp"

#include <array>
#include <cmath>
#include <thread>

namespace taskrunner::conformance {
namespace {

test::Mongod& server_with_fail_points() {
  static test::Mongod server({"--setParameter", "enableTestCommands=1"});
  return server;
}

class MongoTest : public testing::Test {
 protected:
  std::shared_ptr<Store> open() { return store::open_store(url, {}); }
  NewTask new_task(Json data = Json{{"n", 1}}) {
    NewTask task;
    task.id = random->object_id(system_clock().wall_ms());
    task.versioned_topic = "work#1";
    task.data = std::move(data);
    return task;
  }
  AddResult add(Store& to, const NewTask& task) { return to.add({&task, 1}).at(0); }
  ClaimRequest request(Store& store, std::size_t limit = 100) {
    SessionInfo info;
    info.id = random->object_id(0);
    store.open_session(info, 30'000);
    return {random->object_id(0), info.id, "host:1", "http://host/", {{"work#1", limit, {true, true, false}}}, limit, true};
  }
  static Fence fence_of(const TaskRecord& task) { return {task.id, task.lease->token, *task.lease->session}; }
  static TransitionResult apply(Store& to, const Transition& transition) { return to.apply({&transition, 1}).at(0); }

  /// A task as a runner of the old kind writes it.
  Json old_task() {
    return Json{{"_id", random->object_id(0)}, {"state", "to do"},          {"versionedTopic", "work#1"},
                {"data", Json{{"n", 1}}},      {"createdAt", iso_time(0)}, {"updatedAt", iso_time(0)},
                {"__v", 0}};
  }
  Json old_task(const char* field, Json value) {
    Json task = old_task();
    task[field] = std::move(value);
    return task;
  }

  std::string url = server_with_fail_points().fresh_url();
  RawMongo raw{url};
  std::shared_ptr<Random> random = std::make_shared<Random>(Random::system_seed());
};

TEST_F(MongoTest, TimesAreThePrimarys) {
  const auto store = open();
  const std::int64_t before_ms = system_clock().wall_ms() - 100;
  const NewTask task = new_task();
  EXPECT_GE(add(*store, task).task->created_at_ms, before_ms);
  const TaskPtr claimed = store->claim(request(*store)).tasks.at(0);
  EXPECT_GE(claimed->started_at_ms, before_ms);
  EXPECT_EQ(claimed->updated_at_ms, claimed->started_at_ms);
  TaskRecord stored = *store->get(task.id);
  EXPECT_LE(std::abs(*stored.started_at_ms - *claimed->started_at_ms), 100);
  stored.started_at_ms = claimed->started_at_ms;
  stored.updated_at_ms = claimed->updated_at_ms;
  EXPECT_EQ(stored, *claimed);
  ASSERT_TRUE(apply(*store, CompleteTask{fence_of(*claimed), Json{1}, 5'000}).ok());
  const TaskPtr ended = store->get(task.id);
  EXPECT_GE(ended->completed_at_ms, claimed->started_at_ms);
  EXPECT_LE(*ended->completed_at_ms, system_clock().wall_ms() + 100);
  EXPECT_EQ(*ended->delete_at_ms, *ended->completed_at_ms + 5'000);
}

TEST_F(MongoTest, ASessionLapsesByThePrimarysClock) {
  const auto store = open();
  SessionInfo info;
  info.id = random->object_id(0);
  store->open_session(info, 50);
  const ClaimRequest living = request(*store);
  std::vector<ObjectId> expired;
  while (expired.empty()) expired = store->expire_sessions(0);
  EXPECT_EQ(expired, std::vector{info.id});
  EXPECT_FALSE(store->renew_session(info.id, 1'000));
  EXPECT_TRUE(store->renew_session(living.session, 1'000));
}

TEST_F(MongoTest, EachHostTellsWhatItsClockIsAheadOfThePrimarys) {
  const auto ahead_ms = [](Store& store, const ObjectId& session) {
    for (const SessionInfo& host : store.sessions())
      if (host.id == session) return static_cast<double>(host.clock_ahead_ms.value());
    return std::nan("");
  };
  const auto store = open();
  const ClaimRequest right = request(*store);
  EXPECT_NEAR(ahead_ms(*store, right.session), 0, 1'000);
  ManualClock fast;
  fast.now_ms = system_clock().wall_ms() + 90'000;
  store::StoreOptions options;
  options.clock = &fast;
  const auto other = store::open_store(url, options);
  const ClaimRequest wrong = request(*other);
  EXPECT_NEAR(ahead_ms(*other, wrong.session), 90'000, 10'000);
  fast.now_ms = system_clock().wall_ms() - 90'000;
  ASSERT_TRUE(other->renew_session(wrong.session, 30'000));
  EXPECT_NEAR(ahead_ms(*other, wrong.session), -90'000, 10'000);
}

TEST_F(MongoTest, WhatOldRunnersWroteIsRunAndKeepsWhatWeDoNotKnow) {
  const auto store = open();
  const Json old = old_task("strange", Json{{"deep", Json::int64(5)}});
  raw.insert(old);
  const TaskPtr claimed = store->claim(request(*store)).tasks.at(0);
  EXPECT_EQ(claimed->id, std::get<ObjectId>(old.at("_id").value()));
  ASSERT_TRUE(apply(*store, CompleteTask{fence_of(*claimed), Json(7), {}}).ok());
  const auto stored = raw.find({});
  ASSERT_TRUE(stored);
  EXPECT_EQ(*stored->find("strange"), old.at("strange"));
  EXPECT_EQ(*stored->find("__v"), Json(0));
  EXPECT_EQ(*stored->find("response"), Json(7));
  EXPECT_EQ(*stored->find("outcome"), Json("success"));
  for (const char* gone : {"worker", "publicUrl", "availableActions", "waitUntil", "signal"}) EXPECT_FALSE(stored->find(gone)) << gone;
}

TEST_F(MongoTest, ATaskThatAnOldRunnerHoldsIsNobodyElses) {
  const auto store = open();
  Json held = old_task("worker", "old:1");
  raw.insert(held);
  Json running = old_task("worker", "old:1");
  running["state"] = "running";
  raw.insert(running);
  EXPECT_TRUE(store->claim(request(*store)).tasks.empty());
  EXPECT_EQ(store->sweep(10).reaped, 0U);
  const ObjectId id = std::get<ObjectId>(running.at("_id").value());
  EXPECT_EQ(apply(*store, RemoveTask{id}).status, TransitionStatus::refused);
  EXPECT_EQ(apply(*store, SignalTask{id, SignalOp::stop, "me"}).status, TransitionStatus::refused);
}

TEST_F(MongoTest, OddDocumentsAreLeftAloneAndHideNothing) {
  const auto store = open();
  std::vector<Json> odd = {
      old_task("state", "on hold"),        old_task("state", 7),
      old_task("worker", nullptr),         old_task("waitUntil", 5),
      old_task("waitUntil", Date{5}),      old_task("waitUntil", nullptr),
      old_task("createdAt", Date{5}),      old_task("updatedAt", 3.5),
      old_task("rev", "one"),              old_task("lease", "mine"),
      old_task("versionedTopic", nullptr), old_task("priority", "high"),
      old_task("_id", "a text"),           old_task("errors", Json{{"a", 1}}),
      old_task("attempts", RareBson{0x7f, {}}),
  };
  // They sort before every number.
  for (int i = 0; i < 150; ++i) odd.push_back(old_task("priority", "high"));
  for (const Json& document : odd) raw.insert(document);
  const NewTask sound = new_task();
  add(*store, sound);
  const ClaimResult claimed = store->claim(request(*store, 3));
  ASSERT_EQ(claimed.tasks.size(), 1U);
  EXPECT_EQ(claimed.tasks[0]->id, sound.id);
  EXPECT_EQ(store->sweep(100).reaped, 0U);
  EXPECT_EQ(store->purge(100), 0U);
  bool doctor_tells = false;
  for (const store::StoreFinding& finding : store::check_store(url, {}))
    doctor_tells |= !finding.ok && finding.what.find("no tasks") != std::string::npos;
  EXPECT_TRUE(doctor_tells);
  for (const TaskPtr& task : store->find({})) EXPECT_NE(task, nullptr);
  for (const Json& document : odd) {
    SCOPED_TRACE(document.dump());
    if (const auto* id = std::get_if<ObjectId>(&document.at("_id").value())) {
      EXPECT_FALSE(apply(*store, CompleteTask{{*id, {}, {}}, {}, {}}).ok());
      EXPECT_FALSE(apply(*store, ReapTask{*id, {}}).ok());
    }
    EXPECT_EQ(raw.find(Json{{"_id", document.at("_id")}}), document.as_object());
  }
}

TEST_F(MongoTest, OfManyCompletionsEachGetsItsOwnResponse) {
  const auto store = open();
  std::vector<NewTask> tasks;
  for (int i = 0; i < 2'500; ++i) tasks.push_back(new_task(Json{{"n", i}}));
  store->add(tasks);
  std::vector<Transition> ends;
  for (int claims = 0; claims < 3; ++claims)
    for (const TaskPtr& task : store->claim(request(*store, 900)).tasks) {
      std::optional<Json> response = Json{{"was", task->data->at("n")}, {"$odd", "$data"}};
      if (task->data->at("n").as_int64() % 2) response.reset();
      ends.push_back(CompleteTask{fence_of(*task), response, {}});
    }
  ASSERT_EQ(ends.size(), tasks.size());
  for (const TransitionResult& end : store->apply(ends)) ASSERT_EQ(end.status, TransitionStatus::applied);
  for (const TaskPtr& task : store->find({Json{{"state", "completed"}}, {}, 0, 2'500})) {
    const std::int64_t n = task->data->at("n").as_int64();
    ASSERT_EQ(task->response.has_value(), n % 2 == 0);
    if (task->response) { ASSERT_EQ(task->response->at("was"), task->data->at("n")); }
  }
}

TEST_F(MongoTest, ATokenHoldsForItsOwnClaimOnly) {
  const auto store = open();
  const NewTask first = new_task();
  add(*store, first);
  const TaskPtr a = store->claim(request(*store)).tasks.at(0);
  const NewTask second = new_task();
  add(*store, second);
  const TaskPtr b = store->claim(request(*store)).tasks.at(0);
  const Fence crossed{a->id, b->lease->token, *b->lease->session};
  const std::vector<Transition> batch = {CompleteTask{crossed, Json{1}, {}}, CompleteTask{fence_of(*b), Json{2}, {}}};
  const auto results = store->apply(batch);
  EXPECT_EQ(results[0].status, TransitionStatus::lost);
  EXPECT_EQ(results[1].status, TransitionStatus::applied);
  EXPECT_EQ(store->get(a->id)->state, TaskState::running);
}

TEST_F(MongoTest, TwoStoresOfOneCollectionShareItsTasks) {
  const auto here = open();
  const auto there = open();
  std::vector<NewTask> tasks;
  for (int i = 0; i < 1'000; ++i) tasks.push_back(new_task());
  here->add(tasks);
  std::array<std::size_t, 2> claimed{};
  {
    std::vector<std::jthread> claimers;
    for (std::size_t i = 0; i < 2; ++i)
      claimers.emplace_back([&, i, asked = request(i ? *here : *there, 50)]() mutable {
        for (;;) {
          asked.token = random->object_id(0);
          const ClaimResult result = (i ? here : there)->claim(asked);
          claimed[i] += result.tasks.size();
          for (const TaskPtr& task : result.tasks) EXPECT_EQ(task->epoch, 1);
          if (result.tasks.empty() && !result.more) break;
        }
      });
  }
  EXPECT_EQ(claimed[0] + claimed[1], tasks.size());
  EXPECT_EQ(here->count(Json{{"state", "running"}, {"epoch", 1}}), 1'000);
}

TEST_F(MongoTest, ATaskOfAnyRevisionIsClaimedAndToldAsItIsThen) {
  const auto store = open();
  for (const Json& rev : {Json(0), Json(1), Json(7.0), Json::int64(8)}) raw.insert(old_task("rev", rev));
  const ClaimResult result = store->claim(request(*store, 100));
  EXPECT_EQ(result.tasks.size(), 4U);
  for (const TaskPtr& task : result.tasks) EXPECT_EQ(task->rev, store->get(task->id)->rev);
}

TEST_F(MongoTest, AClaimTakesTasksOfManyRevisionsAtOnce) {
  const auto store = open();
  for (int rev = 0; rev < 30; ++rev) raw.insert(old_task("rev", rev));
  const ClaimResult result = store->claim(request(*store, 100));
  EXPECT_EQ(result.tasks.size(), 30U);
  for (const TaskPtr& task : result.tasks) EXPECT_EQ(task->rev, store->get(task->id)->rev);
}

}  // namespace
}  // namespace taskrunner::conformance
