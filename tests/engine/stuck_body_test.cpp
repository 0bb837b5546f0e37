// Bodies that ignore their stop: nobody waits for them for ever, and they do no harm.
#include "engine/engine_fixture.hpp"

namespace taskrunner::engine {
namespace {

class StuckBody : public EngineTest {
 protected:
  TaskRunnerOptions impatient() const {
    TaskRunnerOptions impatient = options();
    impatient.drain = 50ms;
    impatient.grace = 50ms;
    return impatient;
  }
  /// Ignores everything until the test says "let go".
  auto stuck() {
    return [story = story](Json, Context& context) -> Json {
      story->say("runs");
      story->hold_until("let go");
      context.progress(Json{{"spent", 1}});
      context.log("still here");
      SayAtEnd end(story, "returned");
      try {
        context.save_blocking(Json("too late"));
      } catch (const Stopped&) {
        story->say("saving was refused");
      }
      return Json("too late");
    };
  }
  void TearDown() override {
    story->say("let go");
    story->await("returned");
  }
};

TEST_P(StuckBody, DoesNotHoldUpTheStopAndItsTaskIsHandedBack) {
  TaskRunner runner(impatient());
  runner.handle("stuck#1", stuck());
  runner.start();
  const ObjectId id = runner.add("stuck#1", Json());
  story->await("runs");
  runner.stop();
  EXPECT_EQ(story->count("returned"), 0u);
  EXPECT_TRUE(runner.running_now().empty());
  TaskPtr task = runner.get(id);
  EXPECT_EQ(task->state, TaskState::to_do);
  EXPECT_EQ(task->attempts, 0);
  story->say("let go");
  story->await("returned");
  EXPECT_EQ(story->count("saving was refused"), 1u);
  EXPECT_EQ(runner.get(id)->rev, task->rev);
}

TEST_P(StuckBody, OutlivesItsRunnerWithoutHarm) {
  {
    TaskRunner runner(impatient());
    runner.handle("stuck#1", stuck());
    runner.start();
    runner.add("stuck#1", Json());
    story->await("runs");
    runner.stop(true);
  }
  EXPECT_EQ(story->count("returned"), 0u);
}

TEST_P(StuckBody, TheNextLifeOfItsRunnerRunsOthersAndItsTaskOnlyAfterIt) {
  TaskRunner runner(impatient());
  runner.handle("stuck#1", [first = stuck(), story = story](Json data, Context& context) {
    if (context.epoch() == 1) return first(std::move(data), context);
    story->say(story->count("returned") ? "again, after it" : "again, beside it");
    return Json("second");
  });
  runner.handle("work#1", [](Json data, Context&) { return data; });
  runner.start();
  const ObjectId id = runner.add("stuck#1", Json());
  story->await("runs");
  runner.stop(true);
  runner.start();
  // It is offered to this host, which gives it back since it still has the body.
  await_task(runner, id, [](const TaskRecord& task) { return task.epoch >= 2 && task.state == TaskState::to_do; });
  EXPECT_EQ(await_end(runner, runner.add("work#1", Json())).outcome, TaskOutcome::success);
  story->say("let go");
  const TaskRecord end = await_end(runner, id);
  EXPECT_EQ(end.response, Json("second"));
  EXPECT_EQ(story->count("again, beside it"), 0u);
}

TEST_P(StuckBody, ACoroutineThatBlocksTheTaskLoopDoesNotHoldUpTheStop) {
  TaskRunnerOptions options = impatient();
  options.grace = 1s;  // enough for who obeys
  TaskRunner runner(options);
  runner.handle("obedient#1", [story = story](Json, Context& context) {
    SayAtEnd end(story, "obeys");
    story->say("runs");
    return block_until_stopped(context);
  });
  runner.handle("stuck#1", [story = story](Json, Context&) -> awaitable<Json> {
    SayAtEnd end(story, "returned");
    story->say("runs");
    story->hold_until("let go");
    co_return Json("too late");
  });
  runner.handle("work#1", [](Json data, Context&) -> awaitable<Json> { co_return data; });
  runner.start();
  const ObjectId obedient = runner.add("obedient#1", Json());
  story->await("runs");
  const ObjectId id = runner.add("stuck#1", Json());
  story->await("runs", 2);
  const ObjectId other = runner.add("work#1", Json(3));
  await_task(runner, other, in_state(TaskState::running));
  runner.stop();
  EXPECT_EQ(runner.get(id)->state, TaskState::to_do);
  EXPECT_EQ(runner.get(other)->state, TaskState::to_do);
  EXPECT_EQ(runner.get(obedient)->state, TaskState::to_do);
  EXPECT_EQ(story->count("obeys"), 1u);
  story->say("let go");
  runner.start();
  EXPECT_EQ(await_end(runner, other).response, Json(3));
}

TEST_P(StuckBody, ABodyThatWaitsForItsThreadWhenItIsStoppedNeverBegins) {
  TaskRunnerOptions narrow = options();
  narrow.drain = 50ms;
  narrow.grace = 50ms;
  narrow.max_running = 300;  // more than there are threads for
  TaskRunner runner(narrow);
  runner.handle("stuck#1", stuck());
  runner.start();
  std::vector<NewTask> tasks(260);
  for (NewTask& task : tasks) task.versioned_topic = "stuck#1";
  runner.add_many(std::move(tasks));
  story->await("runs", 256);
  runner.stop();
  story->say("let go");
  story->await("returned", 256);
  EXPECT_EQ(story->count("runs"), 256u);
}

INSTANTIATE_TEST_SUITE_P(Stores, StuckBody, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
