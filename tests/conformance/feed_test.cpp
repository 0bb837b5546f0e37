#include "store_test.hpp"

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace taskrunner::conformance {
namespace {

using FeedTest = StoreTest;

TEST_P(FeedTest, TellsWhatWasCommittedInOrder) {
  FeedCursor cursor = feed_now();
  const ObjectId id = add("work#1");
  const TaskPtr claimed = claim({"work#1"}).tasks.at(0);
  apply(CompleteTask{fence_of(*claimed), {}, {}});
  apply(RemoveTask{id});
  const auto events = events_after(cursor);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[0].kind, FeedEvent::Kind::insert);
  EXPECT_TRUE(events[0].claimable);
  EXPECT_EQ(events[1].state, TaskState::running);
  EXPECT_EQ(events[1].session, session);
  EXPECT_EQ(events[2].state, TaskState::completed);
  EXPECT_FALSE(events[2].session);
  EXPECT_EQ(events[3].kind, FeedEvent::Kind::remove);
  for (std::size_t i = 0; i < events.size(); ++i) {
    EXPECT_EQ(events[i].id, id);
    if (i > 0) { EXPECT_EQ(events[i].seq, events[i - 1].seq + 1); }
  }
}

TEST_P(FeedTest, WhatChangedNothingIsNotTold) {
  const NewTask task = new_task();
  add(task);
  FeedCursor cursor = feed_now();
  add(task);
  apply(RetryTask{task.id});
  apply(CompleteTask{{task.id, fresh_id(), session}, {}, {}});
  apply(RemoveTask{fresh_id()});
  store->purge(10);
  store->sweep(10);
  EXPECT_TRUE(events_after(cursor).empty());
}

TEST_P(FeedTest, GoesOnFromAnyPlaceInTheRing) {
  const FeedCursor start = feed_now();
  for (int i = 0; i < 5; ++i) add();
  settle_feed();
  const FeedBatch first = store->feed().read(start, 2);
  ASSERT_EQ(first.events.size(), 2u);
  const FeedBatch rest = store->feed().read(first.next, 3);
  ASSERT_EQ(rest.events.size(), 3u);
  EXPECT_EQ(rest.events[0].seq, first.events[1].seq + 1);
  FeedCursor end = rest.next;
  EXPECT_TRUE(events_after(end).empty());
  EXPECT_EQ(end, store->feed().now());
}

TEST_P(FeedTest, APlaceThatTheRingNoLongerHasIsLost) {
  const FeedCursor start = feed_now();
  std::vector<NewTask> tasks;
  for (int i = 0; i < 10'001; ++i) tasks.push_back(new_task());
  store->add(tasks);
  settle_feed();
  const FeedBatch batch = store->feed().read(start, 10);
  EXPECT_TRUE(batch.lost);
  EXPECT_TRUE(batch.events.empty());
  EXPECT_EQ(batch.next, store->feed().now());
  EXPECT_TRUE(store->feed().read({start.boot + 1, start.seq}, 10).lost);
  EXPECT_TRUE(store->feed().read({start.boot, start.seq + 1'000'000}, 10).lost);
}

TEST_P(FeedTest, DocumentsComeWhileTheyAreWanted) {
  FeedCursor cursor = feed_now();
  add();
  settle_feed();
  auto wanted = store->feed().want_documents();
  const ObjectId id = add();
  const auto claimed = claim({"work#1"}).tasks;
  settle_feed();
  wanted.reset();
  add();
  const auto events = events_after(cursor);
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[0].task, nullptr);
  ASSERT_NE(events[1].task, nullptr);
  EXPECT_EQ(events[1].task->id, id);
  ASSERT_NE(events[2].task, nullptr);
  EXPECT_EQ(*events[2].task, *claimed[0]);
  EXPECT_EQ(events[4].task, nullptr);
}

TEST_P(FeedTest, AListenerIsCalledAfterTheCommitAndNeverAfterItsEnd) {
  std::mutex mutex;
  std::condition_variable told;
  int calls = 0;
  FeedCursor cursor = feed_now();
  auto listener = store->feed().listen([&] {
    std::lock_guard lock(mutex);
    ++calls;
    told.notify_all();
  });
  add();
  {
    std::unique_lock lock(mutex);
    told.wait(lock, [&] { return calls > 0; });
  }
  EXPECT_EQ(events_after(cursor).size(), 1u);
  listener.reset();
  const int before = calls;
  add();
  EXPECT_EQ(calls, before);
}

TEST_P(FeedTest, WhatTheFeedToldCanBeRead) {
  std::jthread adder([&] {
    for (int i = 0; i < 200; ++i) add();
  });
  FeedCursor cursor = feed_now();
  std::size_t seen = 0;
  while (seen < 50) {
    for (const FeedEvent& event : events_after(cursor)) {
      ASSERT_NE(store->get(event.id), nullptr);
      ++seen;
    }
    if (store->count({}) == 200) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, FeedTest, every_store(), name_of);

class ConcurrencyTest : public StoreTest {};

TEST_P(ConcurrencyTest, EachTaskIsClaimedAndCompletedOnceByWhoeverComes) {
  constexpr int adders = 3;
  constexpr int each = 400;
  std::mutex mutex;
  std::map<ObjectId, int> claimed;
  std::atomic<int> completed = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < adders; ++i)
      threads.emplace_back([&] {
        for (int n = 0; n < each; n += 4) {
          std::vector<NewTask> tasks;
          for (int k = 0; k < 4; ++k) tasks.push_back(new_task());
          store->add(tasks);
        }
      });
    for (int i = 0; i < 3; ++i)
      threads.emplace_back([&] {
        while (completed < adders * each) {
          const ClaimResult result = claim({"work#1"}, 25);
          std::vector<Transition> ends;
          for (const TaskPtr& task : result.tasks) ends.push_back(CompleteTask{fence_of(*task), Json{1}, {}});
          for (const TransitionResult& end : store->apply(ends)) EXPECT_EQ(end.status, TransitionStatus::applied);
          completed += static_cast<int>(result.tasks.size());
          std::lock_guard lock(mutex);
          for (const TaskPtr& task : result.tasks) ++claimed[task->id];
        }
      });
  }
  EXPECT_EQ(claimed.size(), static_cast<std::size_t>(adders * each));
  for (const auto& [id, times] : claimed) EXPECT_EQ(times, 1);
  EXPECT_EQ(store->count(Json{{"outcome", "success"}}), adders * each);
}

INSTANTIATE_TEST_SUITE_P(Stores, ConcurrencyTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
