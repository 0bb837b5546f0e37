#include "core/scheduler.hpp"

#include "core/state_machine.hpp"

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

/// A scheduler whose session is open, and what it wanted done.
class SchedulerTest : public ::testing::Test {
 protected:
  SchedulerTest() : scheduler_(options(), std::make_shared<Random>(1)) {
    scheduler_.start(now_);
    scheduler_.on_session_renewed(true, now_);
  }

  static SchedulerOptions options() {
    SchedulerOptions options;
    options.instance = "host:1";
    options.public_url_base = "http://host:1/tasks/";
    options.max_running = 3;
    options.topics = {{"a#1", 0, true}, {"b#1", 1, false}};
    options.session_ms = 30'000;
    return options;
  }

  /// The wanted actions of that kind; the others are dropped.
  template <typename A>
  std::vector<A> take() {
    std::vector<A> found;
    for (Action& action : scheduler_.take_actions())
      if (A* wanted = std::get_if<A>(&action)) found.push_back(std::move(*wanted));
    return found;
  }

  TaskPtr claimed(std::uint8_t number, const ClaimRequest& request, const std::string& topic = "a#1") {
    std::array<std::uint8_t, ObjectId::size_bytes> bytes{};
    bytes.back() = number;
    NewTask task;
    task.id = ObjectId(bytes);
    task.versioned_topic = topic;
    TaskRecord record = new_record(task, 0);
    claim(record, request, {topic, 1, {true, true, false}}, 0);
    return std::make_shared<const TaskRecord>(std::move(record));
  }

  TaskPtr start_one() {
    const ClaimRequest request = take<ClaimTasks>().at(0).request;
    ClaimResult result;
    result.tasks.push_back(claimed(1, request));
    scheduler_.on_claimed(result, now_);
    return result.tasks[0];
  }

  void tell_signal(const TaskPtr& task, std::optional<SignalOp> op, std::int64_t rev) {
    FeedBatch batch;
    FeedEvent event = feed_event(FeedEvent::Kind::update, *task);
    event.rev = rev;
    event.signal = op;
    batch.events.push_back(event);
    scheduler_.on_feed(batch, now_);
  }

  void end_body(const TaskPtr& task, BodyEnd::Kind kind) {
    std::vector<EndedBody> ended(1);
    ended[0].id = task->id;
    ended[0].end.kind = kind;
    scheduler_.on_bodies_ended(std::move(ended), now_);
  }

  Now now_{1'000'000, 1'700'000'000'000};
  Scheduler scheduler_;
};

TEST_F(SchedulerTest, ClaimsOnlyWhatHasAFreePlace) {
  const auto claims = take<ClaimTasks>();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].request.limit, 3u);
  ASSERT_EQ(claims[0].request.topics.size(), 2u);
  EXPECT_EQ(claims[0].request.topics[1].limit, 1u);
}

TEST_F(SchedulerTest, DoesNotAskAgainBeforeSomethingArrives) {
  take<ClaimTasks>();
  scheduler_.on_claimed({}, now_);
  EXPECT_TRUE(take<ClaimTasks>().empty());
  NewTask task;
  task.versioned_topic = "a#1";
  FeedBatch batch;
  batch.events.push_back(feed_event(FeedEvent::Kind::insert, new_record(task, 0)));
  scheduler_.on_feed(batch, now_);
  const auto claims = take<ClaimTasks>();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].request.topics.at(0).versioned_topic, "a#1");
}

TEST_F(SchedulerTest, TimeAloneMakesNoClaim) {
  take<ClaimTasks>();
  scheduler_.on_claimed({}, now_);
  for (int seconds = 0; seconds < 3'600; ++seconds) {
    now_.boot_ms += 1'000;
    now_.wall_ms += 1'000;
    scheduler_.on_timer(now_);
    scheduler_.on_session_renewed(true, now_);
    scheduler_.on_reconciled({}, now_);
    EXPECT_TRUE(take<ClaimTasks>().empty());
  }
}

TEST_F(SchedulerTest, ATopicThatWasFullWhenItsTaskCameIsNotForgotten) {
  const ClaimRequest first = take<ClaimTasks>().at(0).request;
  ClaimResult result;
  result.tasks.push_back(claimed(1, first, "b#1"));
  scheduler_.on_claimed(result, now_);
  take<StartBody>();
  NewTask task;
  task.versioned_topic = "b#1";
  FeedBatch batch;
  batch.events.push_back(feed_event(FeedEvent::Kind::insert, new_record(task, 0)));
  scheduler_.on_feed(batch, now_);
  EXPECT_TRUE(take<ClaimTasks>().empty());
  end_body(result.tasks[0], BodyEnd::Kind::done);
  EXPECT_EQ(take<ClaimTasks>().at(0).request.topics.at(0).versioned_topic, "b#1");
}

TEST_F(SchedulerTest, APlaceIsFreeWhenTheBodyReturnsNotWhenItsEndIsWritten) {
  const TaskPtr task = start_one();
  take<StartBody>();
  end_body(task, BodyEnd::Kind::done);
  const auto writes = take<WriteBatch>();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_TRUE(std::holds_alternative<CompleteTask>(writes[0].transitions.at(0)));
  EXPECT_EQ(scheduler_.held_count(), 1u);
  FeedBatch lost;
  lost.lost = true;
  scheduler_.on_feed(lost, now_);
  scheduler_.on_reconciled({}, now_);
  EXPECT_EQ(take<ClaimTasks>().at(0).request.limit, 3u);
}

TEST_F(SchedulerTest, AResultIsRepeatedUntilTheStoreTakesIt) {
  const TaskPtr task = start_one();
  end_body(task, BodyEnd::Kind::done);
  const WriteBatch first = take<WriteBatch>().at(0);
  scheduler_.on_write_failed(first.batch, now_);
  EXPECT_TRUE(take<WriteBatch>().empty());
  now_.boot_ms += 1'000;
  scheduler_.on_timer(now_);
  const WriteBatch second = take<WriteBatch>().at(0);
  scheduler_.on_written(second.batch, {{TransitionStatus::applied, {}, nullptr}}, now_);
  EXPECT_EQ(take<TaskEnded>().size(), 1u);
  EXPECT_TRUE(scheduler_.is_idle());
}

TEST_F(SchedulerTest, APauseIsTakenWhenTheBodyRestsAndTheResumeLetsItGoOn) {
  const TaskPtr task = start_one();
  tell_signal(task, SignalOp::pause, 2);
  EXPECT_EQ(take<PauseBody>().size(), 1u);
  scheduler_.on_body_paused(task->id, now_);
  const WriteBatch pause = take<WriteBatch>().at(0);
  EXPECT_TRUE(std::holds_alternative<TakePause>(pause.transitions.at(0)));
  scheduler_.on_written(pause.batch, {{TransitionStatus::applied, {}, nullptr}}, now_);
  tell_signal(task, SignalOp::resume, 4);
  const WriteBatch resume = take<WriteBatch>().at(0);
  EXPECT_TRUE(std::holds_alternative<TakeResume>(resume.transitions.at(0)));
  scheduler_.on_written(resume.batch, {{TransitionStatus::applied, {}, nullptr}}, now_);
  EXPECT_EQ(take<ResumeBody>().size(), 1u);
}

TEST_F(SchedulerTest, ASignalThatComesBeforeTheClaimsAnswerIsHeard) {
  const ClaimRequest request = take<ClaimTasks>().at(0).request;
  const TaskPtr task = claimed(1, request);
  tell_signal(task, SignalOp::stop, 2);
  ClaimResult result;
  result.tasks.push_back(task);
  scheduler_.on_claimed(result, now_);
  EXPECT_EQ(take<StopBody>().size(), 1u);
}

TEST_F(SchedulerTest, AStopThatWasAskedForEndsAsCancelled) {
  const TaskPtr task = start_one();
  tell_signal(task, SignalOp::stop, 2);
  EXPECT_EQ(take<StopBody>().at(0).reason, StopReason::asked);
  end_body(task, BodyEnd::Kind::stopped);
  EXPECT_TRUE(std::holds_alternative<TakeStop>(take<WriteBatch>().at(0).transitions.at(0)));
}

TEST_F(SchedulerTest, BodiesAreStoppedBeforeOthersMayTakeTheirTasks) {
  const TaskPtr task = start_one();
  take<StartBody>();
  now_.boot_ms += 26'999;  // 30 s less a tenth, and one
  scheduler_.on_timer(now_);
  EXPECT_TRUE(take<StopBody>().empty());
  now_.boot_ms += 1;
  scheduler_.on_timer(now_);
  EXPECT_EQ(take<StopBody>().at(0).reason, StopReason::lease_lost);
}

TEST_F(SchedulerTest, NothingIsWrittenOfATaskWhoseSessionWasMarkedLost) {
  const TaskPtr task = start_one();
  scheduler_.on_session_renewed(false, now_);
  EXPECT_EQ(take<StopBody>().at(0).reason, StopReason::lease_lost);
  end_body(task, BodyEnd::Kind::done);
  EXPECT_TRUE(take<WriteBatch>().empty());
  EXPECT_EQ(scheduler_.held_count(), 0u);
}

TEST_F(SchedulerTest, ADrainHandsTasksBackAndClaimsNoMore) {
  const TaskPtr task = start_one();
  scheduler_.drain(now_);
  EXPECT_EQ(take<StopBody>().at(0).reason, StopReason::drain);
  end_body(task, BodyEnd::Kind::stopped);
  EXPECT_TRUE(std::holds_alternative<ReleaseTask>(take<WriteBatch>().at(0).transitions.at(0)));
  EXPECT_TRUE(take<ClaimTasks>().empty());
}

TEST_F(SchedulerTest, WhatDoesNotUnwindInTimeIsHandedBackAllTheSame) {
  const TaskPtr task = start_one();
  scheduler_.drain(now_);
  take<StopBody>();
  now_.boot_ms += 30'000;
  scheduler_.on_timer(now_);
  EXPECT_TRUE(std::holds_alternative<ReleaseTask>(take<WriteBatch>().at(0).transitions.at(0)));
}

TEST_F(SchedulerTest, AResponseThatTheStoreDoesNotTakeIsAFailure) {
  const TaskPtr task = start_one();
  end_body(task, BodyEnd::Kind::done);
  const WriteBatch batch = take<WriteBatch>().at(0);
  scheduler_.on_written(batch.batch, {{TransitionStatus::refused, "too large", nullptr}}, now_);
  const auto writes = take<WriteBatch>();
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_NE(std::get<FailTask>(writes[0].transitions.at(0)).error.find("too large"), std::string::npos);
}

TEST_F(SchedulerTest, ATaskWhoseEarlierBodyStillRunsIsNotStartedBeforeThatEnds) {
  Scheduler later(options(), std::make_shared<Random>(2));
  const TaskPtr earlier = start_one();
  later.note_earlier_body(*earlier);
  later.start(now_);
  later.on_session_renewed(true, now_);
  const auto claim_of = [&]() -> std::optional<ClaimRequest> {
    for (Action& action : later.take_actions())
      if (auto* wanted = std::get_if<ClaimTasks>(&action)) return wanted->request;
    return std::nullopt;
  };
  const auto request = claim_of();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->limit, 2u);  // its place is taken
  ClaimResult result;
  result.tasks.push_back(claimed(1, *request));
  later.on_claimed(result, now_);
  for (const Action& action : later.take_actions()) EXPECT_FALSE(std::holds_alternative<StartBody>(action));
  EXPECT_EQ(later.held_count(), 0u);
  std::vector<EndedBody> ended(1);
  ended[0].id = earlier->id;
  later.on_bodies_ended(std::move(ended), now_);
  FeedBatch batch;
  batch.lost = true;
  later.on_feed(batch, now_);
  later.on_reconciled({}, now_);
  EXPECT_EQ(claim_of()->limit, 3u);
}

TEST_F(SchedulerTest, AClaimWhoseAnswerWasLostIsFoundAndReleased) {
  const ClaimRequest request = take<ClaimTasks>().at(0).request;
  scheduler_.on_claim_failed(now_);
  ASSERT_EQ(take<ReconcileTasks>().size(), 1u);
  const TaskPtr task = claimed(1, request);
  scheduler_.on_reconciled({{task->id, request.token, std::nullopt, TaskState::running, 1}}, now_);
  EXPECT_TRUE(std::holds_alternative<ReleaseTask>(take<WriteBatch>().at(0).transitions.at(0)));
}

}  // namespace
}  // namespace taskrunner::core
