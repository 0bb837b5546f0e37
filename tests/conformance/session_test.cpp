#include "store_test.hpp"

namespace taskrunner::conformance {
namespace {

using SessionTest = StoreTest;

TEST_P(SessionTest, AreListedAsTheyWereOpened) {
  const auto all = store->sessions();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].id, session);
  EXPECT_EQ(all[0].instance, "host");
  EXPECT_EQ(all[0].base_url, "http://host:8080");
  EXPECT_EQ(all[0].topics, (std::vector<std::string>{"work#1", "other#1"}));
  EXPECT_EQ(all[0].capacity, 16);
  EXPECT_EQ(all[0].until_ms, clock.wall_ms() + 30'000);
  EXPECT_FALSE(all[0].lost);
}

TEST_P(SessionTest, ARenewalMovesTheEnd) {
  clock.now_ms += 20'000;
  EXPECT_TRUE(store->renew_session(session, 30'000));
  clock.now_ms += 20'000;
  EXPECT_TRUE(store->expire_sessions(0).empty());
}

TEST_P(SessionTest, OneThatLapsedUnmarkedMayBeRenewedAMarkedOneNever) {
  clock.now_ms += 40'000;
  EXPECT_TRUE(store->renew_session(session, 1'000));
  clock.now_ms += 1'500;
  EXPECT_TRUE(store->expire_sessions(1'000).empty());
  FeedCursor cursor = feed_now();
  clock.now_ms += 500;
  EXPECT_EQ(store->expire_sessions(1'000), std::vector<ObjectId>{session});
  EXPECT_TRUE(store->expire_sessions(1'000).empty());
  const auto events = events_after(cursor);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].kind, FeedEvent::Kind::session_ended);
  EXPECT_EQ(events[0].id, session);
  EXPECT_FALSE(store->renew_session(session, 30'000));
  EXPECT_TRUE(store->sessions().at(0).lost);
}

TEST_P(SessionTest, OneThatIsUnknownOrClosedIsNotRenewed) {
  EXPECT_FALSE(store->renew_session(fresh_id(), 30'000));
  FeedCursor cursor = feed_now();
  store->close_session(session);
  store->close_session(session);
  EXPECT_EQ(events_after(cursor).size(), 1u);
  EXPECT_FALSE(store->renew_session(session, 30'000));
  EXPECT_TRUE(store->sessions().empty());
}

TEST_P(SessionTest, OneWhoseDeathIsProvenIsLostAtOnceAndOnce) {
  const TaskPtr task = running_task();
  FeedCursor cursor = feed_now();
  EXPECT_TRUE(store->lose_session(session));
  EXPECT_FALSE(store->lose_session(session));
  EXPECT_FALSE(store->lose_session(fresh_id()));
  EXPECT_EQ(events_after(cursor).size(), 1u);
  EXPECT_FALSE(store->renew_session(session, 30'000));
  EXPECT_EQ(store->sweep(10).reaped, 1u);
  EXPECT_EQ(store->get(task->id)->state, TaskState::to_do);
}

TEST_P(SessionTest, LostOnesAreForgottenAfterADay) {
  clock.now_ms += 40'000;
  store->expire_sessions(0);
  clock.now_ms += 25 * 3'600'000LL;
  store->expire_sessions(0);
  EXPECT_TRUE(store->sessions().empty());
}

TEST_P(SessionTest, HeldTasksAreThoseOfTheSession) {
  const TaskPtr first = running_task();
  const TaskPtr second = running_task();
  const TaskPtr ended = running_task();
  ASSERT_TRUE(apply(CompleteTask{fence_of(*ended), {}, {}}).ok());
  ASSERT_TRUE(apply(SignalTask{second->id, SignalOp::pause, "me"}).ok());
  const auto held = store->held_by(session);
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].id, first->id);
  EXPECT_EQ(held[0].token, first->lease->token);
  EXPECT_EQ(held[0].state, TaskState::running);
  EXPECT_EQ(held[0].rev, first->rev);
  EXPECT_FALSE(held[0].signal);
  EXPECT_EQ(held[1].signal, SignalOp::pause);
  EXPECT_TRUE(store->held_by(fresh_id()).empty());
}

TEST_P(SessionTest, ASweepLeavesTheTasksOfLivingSessionsAlone) {
  running_task();
  EXPECT_EQ(store->sweep(10).reaped, 0u);
}

TEST_P(SessionTest, ASweepTakesWhatALostSessionHeldInBoundedBatches) {
  std::vector<TaskPtr> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(running_task());
  clock.now_ms += 40'000;
  store->expire_sessions(0);
  const SweepResult first = store->sweep(2);
  EXPECT_EQ(first.reaped, 2u);
  EXPECT_TRUE(first.more);
  const SweepResult second = store->sweep(2);
  EXPECT_EQ(second.reaped, 1u);
  EXPECT_FALSE(second.more);
  for (const TaskPtr& task : tasks) {
    const TaskPtr now = store->get(task->id);
    EXPECT_EQ(now->state, TaskState::to_do);
    EXPECT_EQ(now->losses, 1);
    EXPECT_EQ(now->attempts, 0);
    EXPECT_FALSE(now->lease);
  }
}

TEST_P(SessionTest, ASweepTakesWhatAClosedSessionLeftBehind) {
  const TaskPtr task = running_task();
  store->close_session(session);
  EXPECT_EQ(store->sweep(10).reaped, 1u);
  EXPECT_EQ(store->get(task->id)->state, TaskState::to_do);
}

TEST_P(SessionTest, ATaskThatLostFiveHostsIsDead) {
  NewTask task = new_task();
  add(task);
  for (int i = 0; i < max_losses; ++i) {
    clock.now_ms += 3'600'000;
    session = open_session();
    ASSERT_EQ(claim({"work#1"}).tasks.size(), 1u);
    store->close_session(session);
    const SweepResult swept = store->sweep(10);
    EXPECT_EQ(swept.reaped, 1u);
    EXPECT_EQ(swept.dead, i + 1 == max_losses ? 1u : 0u);
  }
  EXPECT_EQ(store->get(task.id)->outcome, TaskOutcome::dead);
}

TEST_P(SessionTest, ATickMovesForwardOnly) {
  EXPECT_FALSE(store->last_tick("nightly"));
  store->advance_tick("nightly", 100);
  store->advance_tick("nightly", 300);
  store->advance_tick("nightly", 200);
  EXPECT_EQ(store->last_tick("nightly"), 300);
  EXPECT_FALSE(store->last_tick("hourly"));
}

INSTANTIATE_TEST_SUITE_P(Stores, SessionTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
