// What a program asks of its TaskRunner: add, wait, watch, signal, retry, erase.
#include "engine/engine_fixture.hpp"

#include <thread>

namespace taskrunner::engine {
namespace {

class Verbs : public EngineTest {
 protected:
  Verbs() : runner(options()) {
    runner.handle("work#1", [](Json data, Context&) { return data; });
    runner.handle(
        "endless#1",
        [story = story](Json, Context& context) -> awaitable<Json> {
          story->say("runs");
          co_return co_await run_until_stopped(context);
        },
        {.pausable = true});
    runner.start();
  }
  static std::string reason_of(const std::function<void()>& refused) {
    try {
      refused();
    } catch (const Error& error) {
      return error.what();
    }
    return "it was taken";
  }

  TaskRunner runner;
};

TEST_P(Verbs, ATopicThatNobodyRunsIsRefusedByName) {
  EXPECT_NE(reason_of([&] { runner.add("nobody#1", Json()); }).find("nobody#1"), std::string::npos);
  std::vector<NewTask> mixed(2);
  mixed[0].versioned_topic = "nobody#1";
  mixed[1].versioned_topic = "work#1";
  const auto results = runner.add_many(mixed);
  EXPECT_TRUE(results.at(0).error);
  EXPECT_EQ(await_end(runner, results.at(1).task->id).outcome, TaskOutcome::success);
}

TEST_P(Verbs, AUniqueKeyIsOneTask) {
  const ObjectId id = runner.add("work#1", Json(1), {.unique_key = "k"});
  EXPECT_EQ(runner.add("work#1", Json(1), {.unique_key = "k"}), id);
  EXPECT_NE(reason_of([&] { runner.add("work#1", Json(2), {.unique_key = "k"}); }).find(id.hex()), std::string::npos);
  await_end(runner, id);
  EXPECT_EQ(runner.add("work#1", Json(1), {.unique_key = "k"}), id);  // for as long as the document lives
  EXPECT_TRUE(runner.erase(id).ok());
  EXPECT_NE(runner.add("work#1", Json(1), {.unique_key = "k"}), id);
}

TEST_P(Verbs, WaitGivesTheEndWhetherItIsToComeOrWas) {
  const ObjectId id = runner.add("work#1", Json(7));
  EXPECT_EQ(await_end(runner, id).response, Json(7));
  EXPECT_EQ(await_end(runner, id).response, Json(7));
}

TEST_P(Verbs, WaitEndsWhenItsTimeIsOver) {
  EXPECT_FALSE(runner.wait(runner.add("endless#1", Json()), 1ms));
}

TEST_P(Verbs, WaitTellsThatTheTaskIsGone) {
  EXPECT_THROW(runner.wait(ObjectId()), Error);
  const ObjectId id = runner.add("work#1", Json(), {.wait_until = std::chrono::system_clock::now() + 24h});
  std::thread remover([&] { EXPECT_TRUE(runner.erase(id).ok()); });
  EXPECT_THROW(runner.wait(id, patience), Error);
  remover.join();
}

TEST_P(Verbs, AWatchGivesTheListAtOnceAndWhenItChanges) {
  Query query;
  query.filter = Json{{"versionedTopic", "endless#1"}};
  const auto watch = runner.watch(query, [story = story](const std::vector<TaskPtr>& list) {
    story->say(std::to_string(list.size()) + " listed");
  });
  story->await("0 listed");
  const ObjectId id = runner.add("endless#1", Json());
  story->await("1 listed");
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
  await_end(runner, id);
  EXPECT_TRUE(runner.erase(id).ok());
  story->await("0 listed", 2);
  query.filter = Json{{"$where", "1"}};
  EXPECT_THROW(runner.watch(query, [](const std::vector<TaskPtr>&) {}), Error);
}

TEST_P(Verbs, StopPauseAndResumeReachTheBody) {
  const ObjectId id = runner.add("endless#1", Json());
  story->await("runs");
  EXPECT_TRUE(runner.signal(id, SignalOp::pause).ok());
  const TaskPtr paused = await_task(runner, id, in_state(TaskState::paused));
  EXPECT_TRUE(paused->available_actions->resume);
  EXPECT_EQ(runner.running_now().size(), 1u);
  EXPECT_TRUE(runner.signal(id, SignalOp::resume).ok());
  const TaskPtr resumed = await_task(runner, id, in_state(TaskState::running));
  EXPECT_TRUE(resumed->available_actions->pause);
  EXPECT_EQ(resumed->epoch, 1);  // the same run
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
  EXPECT_EQ(await_end(runner, id).outcome, TaskOutcome::cancelled);
  EXPECT_FALSE(runner.signal(id, SignalOp::stop).ok());
}

TEST_P(Verbs, ATaskThatHasNotBegunIsCancelledByAStop) {
  const ObjectId id = runner.add("endless#1", Json(), {.wait_until = std::chrono::system_clock::now() + 24h});
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
  EXPECT_EQ(await_end(runner, id).outcome, TaskOutcome::cancelled);
  EXPECT_EQ(story->count("runs"), 0u);
}

TEST_P(Verbs, ARetryRunsItOnceMore) {
  const ObjectId id = runner.add("work#1", Json());
  const std::int64_t first = await_end(runner, id).epoch;
  EXPECT_TRUE(runner.retry(id).ok());
  await_task(runner, id, [&](const TaskRecord& task) {
    // More than one claim later where it was taken before this host knew that its first end was stored.
    return task.state == TaskState::completed && task.epoch > first;
  });
}

TEST_P(Verbs, WhatRunsIsShownAndNotErased) {
  const ObjectId id = runner.add("endless#1", Json());
  story->await("runs");
  ASSERT_EQ(runner.running_now().size(), 1u);
  EXPECT_EQ(runner.running_now()[0]->id, id);
  EXPECT_EQ(runner.running_now()[0]->worker, runner.instance());
  const TransitionResult refused = runner.erase(id);
  EXPECT_FALSE(refused.ok());
  EXPECT_NE(refused.reason.find("stop it first"), std::string::npos);
  EXPECT_TRUE(runner.signal(id, SignalOp::stop).ok());
  await_end(runner, id);
  EXPECT_TRUE(runner.erase(id).ok());
  EXPECT_FALSE(runner.get(id));
}

INSTANTIATE_TEST_SUITE_P(Stores, Verbs, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
