#include "core/import_record.hpp"

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

TaskRecord held(TaskState state) {
  TaskRecord task;
  task.state = state;
  task.worker = "host:1";
  task.lease = Lease{.token = {}, .session = ObjectId(), .worker = "host:1", .state = state};
  task.public_url = "http://127.0.0.1:1/tasks/x";
  task.started_at_ms = 5;
  task.attempts = 2;
  task.epoch = 7;
  return task;
}

TEST(ImportRecord, a_running_task_is_to_be_done_with_its_attempt_given_back) {
  const TaskRecord task = as_imported(held(TaskState::running));
  EXPECT_EQ(task.state, TaskState::to_do);
  EXPECT_EQ(task.attempts, 1);
  EXPECT_EQ(task.epoch, 7) << "an epoch is never told twice";
  EXPECT_FALSE(task.worker || task.lease || task.public_url || task.started_at_ms || task.available_actions);
}

TEST(ImportRecord, a_pause_stays_a_pause) {
  EXPECT_EQ(as_imported(held(TaskState::paused)).state, TaskState::paused);
  TaskRecord asked = held(TaskState::running);
  asked.signal = Signal{SignalOp::pause, "me", 1};
  const TaskRecord task = as_imported(asked);
  EXPECT_EQ(task.state, TaskState::paused);
  EXPECT_FALSE(task.signal);
  ASSERT_TRUE(task.available_actions);
  EXPECT_TRUE(task.available_actions->resume && task.available_actions->stop && !task.available_actions->pause);
}

TEST(ImportRecord, a_completed_task_and_one_to_do_stay_as_they_are) {
  TaskRecord done = held(TaskState::completed);
  EXPECT_EQ(as_imported(done), done);
  TaskRecord fresh;
  fresh.wait_until_ms = 10;
  EXPECT_EQ(as_imported(fresh), fresh);
}

}  // namespace
}  // namespace taskrunner::core
