#include "core/explanation.hpp"

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

using Why = Explanation::Why;

constexpr std::int64_t now_ms = 1'000'000;

TaskRecord waiting() {
  TaskRecord task;
  task.versioned_topic = "echo#1";
  return task;
}

TaskRecord held() {
  TaskRecord task = waiting();
  task.state = TaskState::running;
  task.worker = "there";
  task.lease = Lease{ObjectId(), ObjectId(), "there", TaskState::running};
  return task;
}

TEST(Explanation, WithoutAHostOfItsTopicThatIsTheReason) {
  const auto explained = explain(waiting(), {}, std::nullopt, now_ms);
  EXPECT_EQ(explained.why, Why::no_host);
  EXPECT_NE(explained.text.find("echo#1"), std::string::npos);
}

TEST(Explanation, ATaskOfTheFutureWaitsForItsTimeWhoeverIsFree) {
  TaskRecord task = waiting();
  task.wait_until_ms = now_ms + 1;
  const auto explained = explain(task, {{"a", 4, 0}}, 0, now_ms);
  EXPECT_EQ(explained.why, Why::not_yet);
  EXPECT_EQ(explained.until_ms, now_ms + 1);
  task.wait_until_ms = now_ms;
  EXPECT_EQ(explain(task, {{"a", 4, 0}}, 0, now_ms).why, Why::due);
}

TEST(Explanation, OnlyWhereEveryHostIsFullIsThereNoSlot) {
  EXPECT_EQ(explain(waiting(), {{"a", 4, 4}, {"b", 1, 1}}, 3, now_ms).text, "There is no free slot on 2 hosts of its topic.");
  const auto explained = explain(waiting(), {{"a", 4, 4}, {"b", 1, 0}}, 3, now_ms);
  EXPECT_EQ(explained.why, Why::due);
  EXPECT_EQ(explained.ahead, 3);
}

TEST(Explanation, WhoHoldsItIsNamed) {
  EXPECT_EQ(explain(held(), {}, {}, now_ms).text, "'there' runs it.");
  TaskRecord task = held();
  task.signal = Signal{SignalOp::pause, "me", 0};
  EXPECT_EQ(explain(task, {}, {}, now_ms).why, Why::asked);
  EXPECT_EQ(explain(task, {}, {}, now_ms).text, "'there' was asked to pause it by 'me' and has not done so yet.");
  EXPECT_EQ(explain(task, {}, {}, now_ms).by, "me");
  task = held();
  task.lease.reset();
  EXPECT_EQ(explain(task, {}, {}, now_ms).why, Why::other_kind);
}

TEST(Explanation, PausedIsParkedOrHeld) {
  TaskRecord task = held();
  task.state = TaskState::paused;
  EXPECT_EQ(explain(task, {}, {}, now_ms).why, Why::held_paused);
  task.worker.reset();
  task.lease.reset();
  EXPECT_EQ(explain(task, {}, {}, now_ms).why, Why::parked);
}

TEST(Explanation, WhatEndedSaysHow) {
  TaskRecord task = waiting();
  task.state = TaskState::completed;
  task.outcome = TaskOutcome::dead;
  EXPECT_EQ(explain(task, {}, {}, now_ms).text, "It has ended: dead.");
}

TEST(Explanation, EveryReasonHasAWord) {
  for (int why = 0; why <= static_cast<int>(Why::ended); ++why) EXPECT_FALSE(to_text(static_cast<Why>(why)).empty());
}

}  // namespace
}  // namespace taskrunner::core
