// start, drain, stop, and start again.
#include "engine/engine_fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace taskrunner::engine {
namespace {

class Life : public EngineTest {
 protected:
  /// Topics whose tasks go on until they are stopped, as coroutine and on a thread.
  void handle_endless(TaskRunner& runner, TopicOptions topic = {}) {
    runner.handle(
        "coroutine#1",
        [story = story](Json, Context& context) -> awaitable<Json> {
          SayAtEnd end(story, "unwound");
          story->say("runs");
          co_return co_await run_until_stopped(context);
        },
        topic);
    runner.handle(
        "blocking#1",
        [story = story](Json, Context& context) {
          SayAtEnd end(story, "unwound");
          story->say("runs");
          return block_until_stopped(context);
        },
        topic);
  }
  static std::vector<ObjectId> add_both(TaskRunner& runner) {
    return {runner.add("coroutine#1", Json()), runner.add("blocking#1", Json())};
  }
};

TEST_P(Life, AStopWithoutAStartAndASecondOneAreHarmless) {
  TaskRunner runner(options());
  runner.stop();
  runner.drain();
  runner.start();
  runner.start();
  runner.stop();
  runner.stop(true);
  runner.drain();
}

TEST_P(Life, AStoppedRunnerStartsAgainAndRunsWhatCameMeanwhile) {
  TaskRunner runner(options());
  runner.handle("work#1", [](Json data, Context&) { return data; });
  for (const bool force : {false, true, false}) {
    const ObjectId before = runner.add("work#1", Json(1));
    runner.start();
    const ObjectId after = runner.add("work#1", Json(2));
    EXPECT_EQ(await_end(runner, before).outcome, TaskOutcome::success);
    EXPECT_EQ(await_end(runner, after).response, Json(2));
    runner.stop(force);
    EXPECT_TRUE(runner.running_now().empty());
  }
}

// Seen once: the store had the claim, the runner had not been told yet, and took itself for drained.
TEST_P(Life, WhatIsClaimedWhileTheRunnerIsStoppedGoesBack) {
  const std::shared_ptr<Store> store = open_store();
  core::Runner host(runner_options(), store, std::make_shared<Random>(1), system_clock());
  host.handle("endless#1", make_factory([](Json, Context& context) -> awaitable<Json> {
                co_return co_await run_until_stopped(context);
              }),
              {});
  NewTask task;
  task.versioned_topic = "endless#1";
  host.start();
  const ObjectId id = host.add_blocking({task}).at(0).task->id;
  for (int life = 0; life < 100; ++life) {
    await_task(*store, id, in_state(TaskState::running));
    host.stop(false);
    ASSERT_EQ(store->get(id)->state, TaskState::to_do) << "in life " << life;
    host.start();
  }
}

TEST_P(Life, ADrainBringsBodiesToTheirCheckpointAndGivesTheAttemptBack) {
  TaskRunner runner(options());
  handle_endless(runner);
  runner.start();
  const auto ids = add_both(runner);
  story->await("runs", 2);
  runner.drain();
  EXPECT_EQ(story->count("unwound"), 2u);
  const ObjectId late = runner.add("blocking#1", Json());
  for (const ObjectId& id : ids) {
    const TaskPtr task = runner.get(id);
    EXPECT_EQ(task->state, TaskState::to_do);
    EXPECT_EQ(task->attempts, 0);
    EXPECT_EQ(task->epoch, 1);
    EXPECT_FALSE(task->worker || task->lease || task->public_url);
    EXPECT_TRUE(task->errors.empty());
  }
  runner.stop();
  EXPECT_EQ(runner.get(late)->epoch, 0);
  EXPECT_EQ(story->count("runs"), 2u);
  runner.start();
  story->await("runs", 5);
  EXPECT_EQ(runner.get(ids[0])->epoch, 2);
}

TEST_P(Life, WhatIsPausedIsParkedByADrainAndRunsAgainWhenItIsResumed) {
  TaskRunner runner(options());
  handle_endless(runner, {.pausable = true});
  runner.start();
  const auto ids = add_both(runner);
  story->await("runs", 2);
  for (const ObjectId& id : ids) EXPECT_TRUE(runner.signal(id, SignalOp::pause).ok());
  for (const ObjectId& id : ids) EXPECT_EQ(await_task(runner, id, in_state(TaskState::paused))->worker, "host");
  runner.stop();
  EXPECT_EQ(story->count("unwound"), 2u);
  for (const ObjectId& id : ids) {
    EXPECT_EQ(runner.get(id)->state, TaskState::paused);
    EXPECT_EQ(runner.get(id)->attempts, 0);
    EXPECT_FALSE(runner.get(id)->worker);
  }
  runner.start();
  const ObjectId other = runner.add("coroutine#1", Json());
  story->await("runs", 3);  // of the other: what is parked nobody claims
  EXPECT_EQ(await_task(runner, other, in_state(TaskState::running))->epoch, 1);
  for (const ObjectId& id : ids) EXPECT_TRUE(runner.signal(id, SignalOp::resume).ok());
  story->await("runs", 5);
}

TEST_P(Life, AForcedStopHandsBackAtOnceWhatIsFarFromItsNextCheckpoint) {
  TaskRunner runner(options());
  runner.handle("long#1", [story = story](Json, Context&) -> awaitable<Json> {
    SayAtEnd end(story, "unwound");
    boost::asio::steady_timer timer(co_await boost::asio::this_coro::executor, 24h);
    story->say("runs");
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return Json();
  });
  runner.start();
  const ObjectId id = runner.add("long#1", Json());
  story->await("runs");
  runner.stop(true);
  EXPECT_EQ(story->count("unwound"), 1u);
  EXPECT_EQ(runner.get(id)->state, TaskState::to_do);
  EXPECT_EQ(runner.get(id)->attempts, 0);
}

TEST_P(Life, AStopWhileADrainIsUnderWayEndsBoth) {
  TaskRunner runner(options());
  runner.handle("held#1", [story = story](Json, Context&) {
    story->say("runs");
    story->hold_until("go on");
    return Json("done");
  });
  runner.start();
  const ObjectId id = runner.add("held#1", Json());
  story->await("runs");
  std::thread drainer([&] { runner.drain(); });
  std::thread stopper([&] { runner.stop(); });
  story->say("go on");
  drainer.join();
  stopper.join();
  EXPECT_EQ(runner.get(id)->response, Json("done"));  // what ended in time counts
}

INSTANTIATE_TEST_SUITE_P(Stores, Life, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
