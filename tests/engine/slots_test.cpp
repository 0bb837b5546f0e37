// Who runs when: limits, slow neighbours, and what wakes the runner.
#include "engine/away_store.hpp"
#include "engine/engine_fixture.hpp"

#include <thread>

namespace taskrunner::engine {
namespace {

class Places : public EngineTest {
 protected:
  Places() : runner(options()) {}
  TaskRunner runner;
};

/// How many are inside at once, at the most.
class Counter {
 public:
  void enter() {
    const int inside = ++inside_;
    int most = most_;
    while (inside > most && !most_.compare_exchange_weak(most, inside)) continue;
  }
  void leave() { --inside_; }
  int most() const { return most_; }

 private:
  std::atomic<int> inside_{0};
  std::atomic<int> most_{0};
};

TEST_P(Places, ATopicsLimitIsKeptAndUsed) {
  const auto counter = std::make_shared<Counter>();
  runner.handle(
      "narrow#1",
      [counter, story = story](Json, Context&) {
        counter->enter();
        story->say("in");
        if (story->count("in") <= 2) story->hold_until("go on");
        counter->leave();
        return Json();
      },
      {.max_running = 2});
  runner.start();
  std::vector<ObjectId> ids;
  for (int i = 0; i < 12; ++i) ids.push_back(runner.add("narrow#1", Json()));
  story->await("in", 2);
  EXPECT_EQ(runner.running_now().size(), 2u);
  story->say("go on");
  for (const ObjectId& id : ids) EXPECT_EQ(await_end(runner, id).outcome, TaskOutcome::success);
  EXPECT_EQ(counter->most(), 2);
}

TEST_P(Places, SlowTasksDoNotHoldUpOthers) {
  runner.handle("blocking#1", [story = story](Json, Context&) {
    story->say("runs");
    story->hold_until("go on");
    return Json();
  });
  runner.handle("coroutine#1", [story = story](Json, Context& context) -> awaitable<Json> {
    story->say("runs");
    co_return co_await run_until_stopped(context);
  });
  runner.handle("quick#1", [](Json data, Context&) -> awaitable<Json> { co_return data; });
  runner.start();
  const ObjectId slow = runner.add("blocking#1", Json());
  const ObjectId endless = runner.add("coroutine#1", Json());
  story->await("runs", 2);
  std::vector<ObjectId> ids;
  for (int i = 0; i < 200; ++i) ids.push_back(runner.add("quick#1", Json(i)));
  for (const ObjectId& id : ids) EXPECT_EQ(await_end(runner, id).outcome, TaskOutcome::success);
  EXPECT_EQ(runner.get(slow)->state, TaskState::running);
  EXPECT_EQ(runner.get(endless)->state, TaskState::running);
  story->say("go on");
}

TEST_P(Places, AnInsertWakesTheRunner) {
  runner.handle("quick#1", [](Json data, Context&) -> awaitable<Json> { co_return data; });
  runner.start();
  await_end(runner, runner.add("quick#1", Json()));
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) await_end(runner, runner.add("quick#1", Json(i)));
  // The runner's timer rings each second at the latest: by it alone these would have taken 50 s.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
}

TEST_P(Places, WhatIsAskedOfATaskWhileItsClaimIsUnderWayReachesItsBody) {
  const auto store = std::make_shared<AwayStore>(open_store());
  store->after_claim = [&](const ClaimResult& result) {
    for (const TaskPtr& task : result.tasks) {
      const Transition asked = SignalTask{task->id, task->epoch == 1 ? SignalOp::pause : SignalOp::stop, "operator"};
      EXPECT_TRUE(store->apply(std::span(&asked, 1)).at(0).ok());
    }
  };
  core::Runner host(runner_options(), store, std::make_shared<Random>(1), system_clock());
  host.handle("endless#1", make_factory([](Json, Context& context) -> awaitable<Json> {
                co_return co_await run_until_stopped(context);
              }),
              {.pausable = true});
  host.start();
  NewTask task;
  task.versioned_topic = "endless#1";
  const ObjectId id = host.add_blocking({task}).at(0).task->id;
  EXPECT_EQ(await_task(*store, id, in_state(TaskState::paused))->epoch, 1);
  host.stop(false);
  const Transition unpark = SignalTask{id, SignalOp::resume, "operator"};
  EXPECT_TRUE(store->apply(std::span(&unpark, 1)).at(0).ok());
  host.start();
  EXPECT_EQ(await_task(*store, id, in_state(TaskState::completed))->outcome, TaskOutcome::cancelled);
}

TEST_P(Places, ATaskWithATimeStartsThen) {
  runner.handle("quick#1", [](Json, Context& context) { return Json(context.task().started_at_ms.value()); });
  runner.start();
  const auto due = std::chrono::system_clock::now() + 300ms;
  const ObjectId id = runner.add("quick#1", Json(), {.wait_until = due});
  const std::int64_t due_ms = std::chrono::floor<std::chrono::milliseconds>(due.time_since_epoch()).count();
  EXPECT_GE(await_end(runner, id).started_at_ms.value(), due_ms);
}

INSTANTIATE_TEST_SUITE_P(Stores, Places, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
