// A server that does not answer, refuses, or is not there.

#include "raw_mongo.hpp"
#include "store_test.hpp"

#include "store/open_store.hpp"
#include "support/mongod.hpp"

#include <memory>

namespace taskrunner::conformance {
namespace {

class MongoFailureTest : public testing::Test {
 protected:
  static test::Mongod& server() {
    static test::Mongod one({"--setParameter", "enableTestCommands=1"});
    return one;
  }
  NewTask new_task() {
    NewTask task;
    task.id = random->object_id(system_clock().wall_ms());
    task.versioned_topic = "work#1";
    task.data = Json{{"n", 1}};
    return task;
  }
  AddResult add(const NewTask& task) { return store->add({&task, 1}).at(0); }
  std::vector<TaskPtr> claim_all() {
    return store->claim({random->object_id(0), session, "host:1", "http://host/", {{"work#1", 100, {true, true, false}}}, 100, true})
        .tasks;
  }
  TaskPtr running_task() {
    add(new_task());
    return claim_all().at(0);
  }
  ObjectId open_session() {
    SessionInfo info;
    info.id = random->object_id(0);
    store->open_session(info, 30'000);
    return info.id;
  }
  static Fence fence_of(const TaskRecord& task) { return {task.id, task.lease->token, *task.lease->session}; }
  TransitionResult apply(const Transition& transition) { return store->apply({&transition, 1}).at(0); }
  template <typename Verb>
  static ErrorCode code_of(Verb verb) {
    try {
      verb();
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).find("hidden"), std::string::npos) << error.what();
      return error.code();
    }
    ADD_FAILURE() << "it did not fail";
    return ErrorCode::internal;
  }
  /// It is carried out, and says that nobody knows whether it will stay.
  static JsonObject done_but_unsure() {
    return Json{{"writeConcernError", Json{{"code", 64}, {"errmsg", "waiting for replication timed out"}}}}.as_object();
  }
  /// It is not carried out, and there is no answer.
  static JsonObject cut() { return Json{{"closeConnection", true}}.as_object(); }
  static JsonObject stepped_down() { return Json{{"errorCode", 10107}}.as_object(); }

  std::string url = server().fresh_url();
  RawMongo raw{url};
  std::shared_ptr<Random> random = std::make_shared<Random>(Random::system_seed());
  std::shared_ptr<Store> store = store::open_store(url, {});
  ObjectId session = open_session();
};

TEST_F(MongoFailureTest, AnAddWithoutAnAnswerIsRepeatedAndStoredOnce) {
  for (const JsonObject& how : {cut(), done_but_unsure(), stepped_down()}) {
    const NewTask task = new_task();
    raw.let_fail("insert", 1, how);
    const AddResult result = add(task);
    EXPECT_FALSE(result.error) << result.reason;
    EXPECT_FALSE(result.duplicate);
    EXPECT_NE(store->get(task.id), nullptr);
  }
  EXPECT_EQ(store->count({}), 3);
}

TEST_F(MongoFailureTest, ACompletionWithoutAnAnswerIsRepeatedAndKnownAsDone) {
  for (const JsonObject& how : {cut(), done_but_unsure(), stepped_down()}) {
    const TaskPtr task = running_task();
    raw.let_fail("update", 1, how);
    EXPECT_TRUE(apply(CompleteTask{fence_of(*task), Json{"done"}, {}}).ok());
    EXPECT_EQ(store->get(task->id)->response, Json{"done"});
    EXPECT_EQ(store->get(task->id)->rev, 2);
  }
}

TEST_F(MongoFailureTest, WhatWasLetGoWithoutAnAnswerIsKnownAsDone) {
  const auto after = [&](const Transition& transition) {
    raw.let_fail("update", 1, done_but_unsure());
    return apply(transition).status;
  };
  const TaskPtr released = running_task();
  EXPECT_EQ(after(ReleaseTask{fence_of(*released), 60'000}), TransitionStatus::applied);
  const TaskPtr failed = running_task();
  EXPECT_EQ(after(FailTask{fence_of(*failed), "boom", false, {}}), TransitionStatus::applied);
  EXPECT_EQ(store->get(failed->id)->errors.size(), 1U);
  const TaskPtr again = running_task();
  EXPECT_EQ(after(RunAgain{fence_of(*again), 60'000}), TransitionStatus::applied);
  const TaskPtr paused = running_task();
  ASSERT_TRUE(apply(SignalTask{paused->id, SignalOp::pause, "me"}).ok());
  EXPECT_EQ(after(TakePause{fence_of(*paused)}), TransitionStatus::applied);
  EXPECT_EQ(after(SignalTask{paused->id, SignalOp::resume, "me"}), TransitionStatus::unchanged);
  EXPECT_EQ(after(TakeResume{fence_of(*paused), {true, true, false}}), TransitionStatus::applied);
  EXPECT_EQ(store->get(paused->id)->state, TaskState::running);
}

TEST_F(MongoFailureTest, AClaimWithoutAnAnswerIsUnknownAndWhatItTookIsFound) {
  add(new_task());
  raw.let_fail("update", 1, done_but_unsure());
  EXPECT_EQ(code_of([&] { claim_all(); }), ErrorCode::unknown);
  EXPECT_EQ(store->held_by(session).size(), 1U);
}

TEST_F(MongoFailureTest, AServerThatRefusesForGoodIsNotAskedAgain) {
  const TaskPtr task = running_task();
  raw.let_fail("update", 1, Json{{"errorCode", 13}}.as_object());
  EXPECT_EQ(code_of([&] { apply(CompleteTask{fence_of(*task), {}, {}}); }), ErrorCode::unavailable);
  EXPECT_EQ(store->get(task->id)->state, TaskState::running);
  raw.let_fail("find", 1, Json{{"errorCode", 13}}.as_object());
  EXPECT_EQ(code_of([&] { store->get(task->id); }), ErrorCode::unavailable);
}

TEST_F(MongoFailureTest, TasksOfFifteenMegabytesAreStoredAndWhatIsTooLargeIsRefused) {
  const std::string much(15'000'000, 'x');
  NewTask large = new_task();
  large.data = Json{much};
  ASSERT_FALSE(add(large).error);
  NewTask too_large = new_task();
  too_large.data = Json{much + much};
  EXPECT_EQ(add(too_large).error, ErrorCode::invalid_argument);
  const TaskPtr claimed = claim_all().at(0);
  EXPECT_EQ(claimed->data, large.data);
  const TransitionResult refused = apply(CompleteTask{fence_of(*claimed), Json{much}, {}});
  EXPECT_EQ(refused.status, TransitionStatus::refused);
  EXPECT_FALSE(refused.reason.empty());
  EXPECT_TRUE(apply(CompleteTask{fence_of(*claimed), Json{"short"}, {}}).ok());
}

TEST_F(MongoFailureTest, OneThatIsTooLargeDoesNotKeepTheOthersOfItsBatchBack) {
  const std::string much(9'000'000, 'x');
  NewTask large = new_task();
  large.data = Json{much};
  add(large);
  for (int i = 0; i < 4; ++i) add(new_task());
  std::vector<Transition> ends;
  const auto claimed = claim_all();
  for (const TaskPtr& task : claimed)
    ends.push_back(CompleteTask{fence_of(*task), task->id == large.id ? Json{much} : Json{"short"}, {}});
  ASSERT_EQ(ends.size(), 5U);
  const auto results = store->apply(ends);
  for (std::size_t i = 0; i < ends.size(); ++i)
    EXPECT_EQ(results[i].status, claimed[i]->id == large.id ? TransitionStatus::refused : TransitionStatus::applied);
}

TEST_F(MongoFailureTest, AServerThatIsGoneIsSaidWithinSeconds) {
  auto own = std::make_unique<test::Mongod>();
  const auto lonely = store::open_store(own->fresh_url(), {});
  const NewTask task = new_task();
  ASSERT_FALSE(lonely->add({&task, 1}).at(0).error);
  own.reset();
  const std::int64_t start_ms = system_clock().boot_ms();
  const NewTask another = new_task();
  const ErrorCode code = code_of([&] { lonely->add({&another, 1}); });
  EXPECT_TRUE(code == ErrorCode::unavailable || code == ErrorCode::unknown);
  EXPECT_EQ(code_of([&] { lonely->add({&another, 1}); }), ErrorCode::unavailable);
  EXPECT_EQ(code_of([&] { lonely->get(task.id); }), ErrorCode::unavailable);
  EXPECT_EQ(code_of([&] { lonely->renew_session(session, 30'000); }), ErrorCode::unavailable);
  EXPECT_LT(system_clock().boot_ms() - start_ms, 45'000);
}

TEST_F(MongoFailureTest, WrongCredentialsAreRefusedWithoutNamingThem) {
  std::string wrong = server().url("some");
  wrong.insert(std::string("mongodb://").size(), "me:hidden@");
  EXPECT_EQ(code_of([&] { store::open_store(wrong, {}); }), ErrorCode::unavailable);
}

TEST_F(MongoFailureTest, AServerThatIsNoReplicaSetIsRefused) {
  test::Mongod single({"--standalone"});
  EXPECT_EQ(code_of([&] { store::open_store(single.url("some"), {}); }), ErrorCode::not_supported);
}

TEST_F(MongoFailureTest, TheDoctorSaysWhatIsWrong) {
  const auto findings_of = [](const std::string& about) {
    std::string bad;
    for (const store::StoreFinding& finding : store::check_store(about, {}))
      if (!finding.ok) bad += finding.what + ": " + finding.remedy + "\n";
    return bad;
  };
  EXPECT_EQ(findings_of(url), "");
  test::Mongod single({"--standalone"});
  EXPECT_NE(findings_of(single.url("some")).find("--replSet"), std::string::npos);
  EXPECT_NE(findings_of("mongodb://127.0.0.1:1/some?serverSelectionTimeoutMS=100"), "");
  EXPECT_NE(findings_of("mongodb://127.0.0.1:1/some?w=1").find("write concern"), std::string::npos);
}

}  // namespace
}  // namespace taskrunner::conformance
