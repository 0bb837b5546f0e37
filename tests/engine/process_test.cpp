// The end of a whole process: polite, hurried, and kill -9.
#include "engine/engine_fixture.hpp"
#include "support/child_process.hpp"

#include <csignal>

namespace taskrunner::engine {
namespace {

/// engine_host on that store.
class Host : public test::ChildProcess {
 public:
  explicit Host(const std::string& store) : ChildProcess({ENGINE_HOST, store}) {}
};

class Process : public testing::Test {
 protected:
  /// A task for the host to find.
  ObjectId add_before(const std::string& topic) {
    TaskRunner runner(options());
    runner.handle(topic, [](Json, Context&) { return Json(); });
    return runner.add(topic, Json("original"));
  }
  TaskRunnerOptions options() const {
    TaskRunnerOptions options;
    options.store = store;
    options.listen = "";
    options.instance = "after";
    return options;
  }
  TaskPtr look(const ObjectId& id) const { return TaskRunner(options()).get(id); }

  test::TemporaryFolder folder;
  const std::string store = "sqlite:" + folder.file("tasks.db");
  const std::shared_ptr<Story> story = std::make_shared<Story>();
};

TEST_F(Process, WhatWasSavedIsThereAfterAKillAndTheRunAfterItRecovers) {
  const ObjectId id = add_before("saves#1");
  Host host(store);
  ASSERT_EQ(host.line(), "saved");
  EXPECT_EQ(host.end(SIGKILL), -SIGKILL);
  TaskRunner runner(options());
  runner.handle("saves#1", [](Json data, Context& context) {
    return Json{{"data", data}, {"checkpoint", context.checkpoint_data()}, {"losses", context.task().losses}};
  });
  runner.start();
  const TaskRecord end = await_end(runner, id);
  const Json seen{{"data", "rewritten"}, {"checkpoint", "half"}, {"losses", 1}};
  EXPECT_EQ(end.response, seen);
  EXPECT_EQ(end.epoch, 2);
  EXPECT_EQ(end.attempts, 1);
}

TEST_F(Process, ATerminationDrainsAndEndsWell) {
  const ObjectId id = add_before("saves#1");
  Host host(store);
  ASSERT_EQ(host.line(), "saved");
  host.send(SIGTERM);
  EXPECT_EQ(host.line(), "ended");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(look(id)->state, TaskState::to_do);
  EXPECT_EQ(look(id)->attempts, 0);
  EXPECT_EQ(look(id)->losses, 0);
}

TEST_F(Process, ASecondTerminationReleasesWhatIgnoresTheFirst) {
  const ObjectId id = add_before("ignores#1");
  Host host(store);
  ASSERT_EQ(host.line(), "runs");
  host.send(SIGTERM);
  // Both are sent before the first is taken as often as not: a drain of an hour ends only by the second.
  host.send(SIGINT);
  EXPECT_EQ(host.line(), "ended");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(look(id)->state, TaskState::to_do);
  EXPECT_EQ(look(id)->attempts, 0);
}

}  // namespace
}  // namespace taskrunner::engine
