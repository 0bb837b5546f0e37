#include "core/state_machine.hpp"

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

constexpr std::int64_t now_ms = 1'000'000;
constexpr std::int64_t hour_ms = 3'600'000;

ObjectId id_of(std::uint8_t number) {
  std::array<std::uint8_t, ObjectId::size_bytes> bytes{};
  bytes.back() = number;
  return ObjectId(bytes);
}

const ObjectId task_id = id_of(1);
const ObjectId token = id_of(2);
const ObjectId session = id_of(3);
const Fence fence{task_id, token, session};

TransitionContext context() { return {now_ms, {}, 0.5}; }

TaskRecord to_do_task() {
  NewTask task;
  task.id = task_id;
  task.versioned_topic = "work#1";
  return new_record(task, 0);
}

TaskRecord running_task() {
  TaskRecord task = to_do_task();
  ClaimRequest request;
  request.token = token;
  request.session = session;
  request.worker = "host:1";
  request.public_url_base = "http://host:1/tasks/";
  claim(task, request, {"work#1", 1, {.stop = true, .pause = true, .resume = false}}, 10);
  return task;
}

TaskRecord with_signal(TaskRecord task, SignalOp op) {
  EXPECT_EQ(decide(task, SignalTask{task_id, op, "op"}, context()).effect, Effect::changed);
  return task;
}

TaskRecord paused_task() {
  TaskRecord task = with_signal(running_task(), SignalOp::pause);
  EXPECT_EQ(decide(task, TakePause{fence}, context()).effect, Effect::changed);
  return task;
}

TaskRecord after(TaskRecord task, const Transition& transition) {
  EXPECT_EQ(decide(task, transition, context()).effect, Effect::changed);
  return task;
}

Effect effect_on(TaskRecord task, const Transition& transition) { return decide(task, transition, context()).effect; }

void expect_let_go(const TaskRecord& task) {
  EXPECT_FALSE(task.worker);
  EXPECT_FALSE(task.public_url);
  EXPECT_FALSE(task.signal);
  EXPECT_FALSE(task.lease && task.lease->session);
}

TEST(StateMachine, AClaimGivesTheLeaseAndCountsAttemptAndEpoch) {
  const TaskRecord task = running_task();
  EXPECT_EQ(task.state, TaskState::running);
  EXPECT_EQ(task.lease->token, token);
  EXPECT_EQ(task.attempts, 1);
  EXPECT_EQ(task.epoch, 1);
  EXPECT_EQ(task.rev, 1);
  EXPECT_EQ(task.public_url, "http://host:1/tasks/" + task_id.hex());
}

TEST(StateMachine, OnlyTheHolderOfTheLeaseChangesARunningTask) {
  for (const Fence& wrong : {Fence{task_id, id_of(9), session}, Fence{task_id, token, id_of(9)}}) {
    EXPECT_EQ(effect_on(running_task(), CompleteTask{wrong, {}, {}}), Effect::lost);
    EXPECT_EQ(effect_on(running_task(), FailTask{wrong, "e", false, {}}), Effect::lost);
    EXPECT_EQ(effect_on(running_task(), RunAgain{wrong, 0}), Effect::lost);
    EXPECT_EQ(effect_on(running_task(), ReleaseTask{wrong, 0}), Effect::lost);
    EXPECT_EQ(effect_on(running_task(), UpdateTask{wrong, {}, {}, {}, {}, {}}), Effect::lost);
    EXPECT_EQ(effect_on(with_signal(running_task(), SignalOp::stop), TakeStop{wrong, {}}), Effect::lost);
  }
}

TEST(StateMachine, CompletionKeepsTheTokenAsProofForARepeat) {
  const TaskRecord done = after(running_task(), CompleteTask{fence, Json("ok"), {}});
  EXPECT_EQ(done.state, TaskState::completed);
  EXPECT_EQ(done.outcome, TaskOutcome::success);
  EXPECT_EQ(done.delete_at_ms, now_ms + 24 * hour_ms);
  expect_let_go(done);
  EXPECT_EQ(effect_on(done, CompleteTask{fence, Json("ok"), {}}), Effect::unchanged);
  EXPECT_EQ(effect_on(done, CompleteTask{{task_id, id_of(9), session}, {}, {}}), Effect::lost);
}

TEST(StateMachine, AUniqueKeyIsKeptForADayAtLeast) {
  TaskRecord task = running_task();
  task.unique_key = "k";
  EXPECT_EQ(after(task, CompleteTask{fence, {}, 1'000}).delete_at_ms, now_ms + 24 * hour_ms);
}

TEST(StateMachine, AFailureIsRetriedWithBackoffUntilAttemptsAreUsedUp) {
  TaskRecord task = after(running_task(), FailTask{fence, "first", false, {}});
  EXPECT_EQ(task.state, TaskState::to_do);
  EXPECT_EQ(task.wait_until_ms, now_ms + 500);  // half of one second
  EXPECT_EQ(task.errors.at(0).text, "first");
  expect_let_go(task);

  TaskRecord last = running_task();
  last.attempts = 5;
  last = after(last, FailTask{fence, "fifth", false, {}});
  EXPECT_EQ(last.outcome, TaskOutcome::failed);
  EXPECT_EQ(last.response->at("error").as_string(), "fifth");
  EXPECT_EQ(last.delete_at_ms, now_ms + 30 * 24 * hour_ms);
}

TEST(StateMachine, APermanentFailureIsFinalAtOnce) {
  EXPECT_EQ(after(running_task(), FailTask{fence, "no", true, {}}).outcome, TaskOutcome::failed);
}

TEST(StateMachine, AgainIsNoFailure) {
  const TaskRecord task = after(running_task(), RunAgain{fence, 2'000});
  EXPECT_EQ(task.state, TaskState::to_do);
  EXPECT_EQ(task.attempts, 0);
  EXPECT_EQ(task.wait_until_ms, now_ms + 2'000);
}

TEST(StateMachine, AStopAskedForIsNotLostWithTheRun) {
  const TaskRecord task = with_signal(running_task(), SignalOp::stop);
  EXPECT_EQ(after(task, TakeStop{fence, {}}).outcome, TaskOutcome::cancelled);
  EXPECT_EQ(after(task, FailTask{fence, "e", false, {}}).outcome, TaskOutcome::cancelled);
  EXPECT_EQ(after(task, RunAgain{fence, 0}).outcome, TaskOutcome::cancelled);
  EXPECT_EQ(after(task, ReleaseTask{fence, 0}).outcome, TaskOutcome::cancelled);
  EXPECT_EQ(after(task, ReapTask{task_id, token}).outcome, TaskOutcome::cancelled);
}

TEST(StateMachine, APauseInForceParksWhateverLetsTheTaskGo) {
  for (const TaskRecord& task : {with_signal(running_task(), SignalOp::pause), paused_task()}) {
    for (const Transition& letting_go : {Transition(ReleaseTask{fence, 0}), Transition(RunAgain{fence, 0}),
                                         Transition(FailTask{fence, "e", false, {}}), Transition(ReapTask{task_id, token})}) {
      const TaskRecord parked = after(task, letting_go);
      EXPECT_EQ(parked.state, TaskState::paused);
      EXPECT_FALSE(is_claimable(parked, now_ms + hour_ms));
      EXPECT_TRUE(parked.available_actions->resume);
      expect_let_go(parked);
      EXPECT_EQ(after(parked, SignalTask{task_id, SignalOp::resume, "op"}).state, TaskState::to_do);
      EXPECT_EQ(after(parked, SignalTask{task_id, SignalOp::stop, "op"}).outcome, TaskOutcome::cancelled);
    }
  }
}

TEST(StateMachine, AFinalFailureIsNotParked) {
  EXPECT_EQ(after(paused_task(), FailTask{fence, "no", true, {}}).outcome, TaskOutcome::failed);
}

TEST(StateMachine, PauseAndResumeAreTakenByTheOwnerUnderTheSameLease) {
  TaskRecord task = paused_task();
  EXPECT_EQ(task.state, TaskState::paused);
  EXPECT_EQ(task.lease->state, TaskState::paused);
  EXPECT_EQ(task.lease->token, token);
  EXPECT_FALSE(task.signal);
  task = with_signal(task, SignalOp::resume);
  task = after(task, TakeResume{fence, {true, true, false}});
  EXPECT_EQ(task.state, TaskState::running);
  EXPECT_EQ(task.lease->state, TaskState::running);
}

TEST(StateMachine, AResumeWithdrawsAPauseThatWasNotTaken) {
  const TaskRecord task = with_signal(with_signal(running_task(), SignalOp::pause), SignalOp::resume);
  EXPECT_FALSE(task.signal);
  EXPECT_EQ(task.state, TaskState::running);
  EXPECT_EQ(effect_on(task, TakePause{fence}), Effect::refused);
}

TEST(StateMachine, ARepeatedSignalChangesNothing) {
  EXPECT_EQ(effect_on(with_signal(running_task(), SignalOp::pause), SignalTask{task_id, SignalOp::pause, "op"}),
            Effect::unchanged);
  const TaskRecord stopping = with_signal(running_task(), SignalOp::stop);
  for (const SignalOp op : {SignalOp::stop, SignalOp::pause, SignalOp::resume})
    EXPECT_EQ(effect_on(stopping, SignalTask{task_id, op, "op"}), Effect::unchanged);
}

TEST(StateMachine, WhatATaskDoesNotOfferIsRefused) {
  TaskRecord task = running_task();
  task.available_actions->pause = false;
  EXPECT_EQ(effect_on(task, SignalTask{task_id, SignalOp::pause, "op"}), Effect::refused);
  EXPECT_EQ(effect_on(to_do_task(), SignalTask{task_id, SignalOp::pause, "op"}), Effect::refused);
  const TaskRecord done = after(running_task(), CompleteTask{fence, {}, {}});
  EXPECT_EQ(effect_on(done, SignalTask{task_id, SignalOp::stop, "op"}), Effect::refused);
}

TEST(StateMachine, AnUnstartedTaskIsCancelledByAStop) {
  EXPECT_EQ(after(to_do_task(), SignalTask{task_id, SignalOp::stop, "op"}).outcome, TaskOutcome::cancelled);
}

TEST(StateMachine, ALossGivesTheAttemptBackAndTheFifthIsDeath) {
  TaskRecord task = after(running_task(), ReapTask{task_id, token});
  EXPECT_EQ(task.attempts, 0);
  EXPECT_EQ(task.losses, 1);
  EXPECT_FALSE(task.wait_until_ms);  // the first is retried at once

  TaskRecord second = running_task();
  second.losses = 1;
  EXPECT_TRUE(after(second, ReapTask{task_id, token}).wait_until_ms);
  TaskRecord fifth = running_task();
  fifth.losses = 4;
  EXPECT_EQ(after(fifth, ReapTask{task_id, token}).outcome, TaskOutcome::dead);
}

TEST(StateMachine, OnlyTheClaimThatWasLostIsReaped) {
  EXPECT_EQ(effect_on(running_task(), ReapTask{task_id, id_of(9)}), Effect::lost);
  EXPECT_EQ(effect_on(to_do_task(), ReapTask{task_id, token}), Effect::lost);
  EXPECT_EQ(effect_on(after(running_task(), CompleteTask{fence, {}, {}}), ReapTask{task_id, token}), Effect::lost);
}

TEST(StateMachine, OfASilentOldRunnerTasksAreAdoptedAndNobodyElses) {
  TaskRecord held = to_do_task();
  held.worker = "old:1";
  held.updated_at_ms = now_ms - silence_of_dead_runner_ms - 1;
  for (const TaskState state : {TaskState::to_do, TaskState::running}) {
    held.state = state;
    EXPECT_TRUE(is_claimable(after(held, AdoptTask{task_id}), now_ms));
  }
  held.state = TaskState::paused;
  const TaskRecord parked = after(held, AdoptTask{task_id});
  EXPECT_EQ(parked.state, TaskState::paused);
  EXPECT_FALSE(parked.worker);
  EXPECT_TRUE(parked.available_actions->resume);
  ++held.updated_at_ms;
  EXPECT_EQ(effect_on(held, AdoptTask{task_id}), Effect::refused);
  TaskRecord ours = running_task();
  ours.updated_at_ms = now_ms - 2 * silence_of_dead_runner_ms;
  EXPECT_EQ(effect_on(ours, AdoptTask{task_id}), Effect::refused);
  EXPECT_EQ(effect_on(to_do_task(), AdoptTask{task_id}), Effect::refused);
}

TEST(StateMachine, SavingForgivesLosses) {
  TaskRecord task = running_task();
  task.losses = 3;
  task = after(task, UpdateTask{fence, {}, {}, Json{{"at", 5}}, {}, {}});
  EXPECT_EQ(task.losses, 0);
  EXPECT_EQ(task.checkpoint->at("at").as_int64(), 5);
}

TEST(StateMachine, ARetryStartsAfreshAndNothingOfTheEndStays) {
  const TaskRecord failed = after(running_task(), FailTask{fence, "no", true, {}});
  const TaskRecord task = after(failed, RetryTask{task_id});
  EXPECT_EQ(task.state, TaskState::to_do);
  EXPECT_EQ(task.attempts, 0);
  EXPECT_FALSE(task.outcome || task.response || task.delete_at_ms || task.completed_at_ms);
  EXPECT_TRUE(task.errors.empty());
  EXPECT_EQ(task.epoch, 1);  // never reset
  EXPECT_EQ(effect_on(task, RetryTask{task_id}), Effect::unchanged);
  EXPECT_EQ(effect_on(running_task(), RetryTask{task_id}), Effect::refused);
}

TEST(StateMachine, AHeldTaskIsNotRemoved) {
  EXPECT_EQ(effect_on(running_task(), RemoveTask{task_id}), Effect::refused);
  EXPECT_EQ(effect_on(paused_task(), RemoveTask{task_id}), Effect::refused);
  EXPECT_EQ(effect_on(to_do_task(), RemoveTask{task_id}), Effect::removed);
}

TEST(StateMachine, EveryChangeRaisesTheRevisionByOne) {
  const TaskRecord task = running_task();
  EXPECT_EQ(after(task, CompleteTask{fence, {}, {}}).rev, task.rev + 1);
  EXPECT_EQ(with_signal(task, SignalOp::stop).rev, task.rev + 1);
  TaskRecord untouched = task;
  decide(untouched, CompleteTask{{task_id, id_of(9), session}, {}, {}}, context());
  EXPECT_EQ(untouched, task);
}

TEST(ClaimRule, PriorityThenDueTimeThenIdDecides) {
  TaskRecord low = to_do_task(), high = to_do_task(), none = to_do_task(), due = to_do_task();
  low.priority = 1;
  high.priority = 2;
  due.wait_until_ms = 5;
  due.id = id_of(0);
  EXPECT_TRUE(claims_before(high, low));
  EXPECT_TRUE(claims_before(low, none));
  EXPECT_TRUE(claims_before(none, due));
}

TEST(ClaimRule, AWaitingTaskIsNotClaimableBeforeItsTime) {
  TaskRecord task = to_do_task();
  task.wait_until_ms = now_ms;
  EXPECT_FALSE(is_claimable(task, now_ms - 1));
  EXPECT_TRUE(is_claimable(task, now_ms));
  EXPECT_FALSE(is_claimable(running_task(), now_ms));
}

}  // namespace
}  // namespace taskrunner::core
