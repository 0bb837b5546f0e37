#include "store_test.hpp"

#include "core/state_machine.hpp"

#include <algorithm>

namespace taskrunner::conformance {
namespace {

class ClaimTest : public StoreTest {
 protected:
  ObjectId add_with(std::optional<double> priority, std::optional<std::int64_t> wait_ms,
                    const std::string& topic = "work#1") {
    NewTask task = new_task(topic);
    task.priority = priority;
    if (wait_ms) task.wait_until_ms = clock.wall_ms() + *wait_ms;
    return add(task);
  }
  /// A task that its hosts were lost with so often, to do again now.
  ObjectId add_lossy(int losses) {
    const ObjectId id = add();
    for (int i = 0; i < losses; ++i) {
      clock.now_ms += 3'600'000;
      const ClaimResult claimed = claim({"work#1"}, 1);
      EXPECT_EQ(ids_of(claimed.tasks), std::vector<ObjectId>{id});
      EXPECT_TRUE(apply(ReapTask{id, claimed.tasks.at(0)->lease->token}).ok());
    }
    clock.now_ms += 3'600'000;
    return id;
  }
};

TEST_P(ClaimTest, GivesWhatTheStateMachineSays) {
  NewTask task = new_task();
  task.priority = 3;
  add(task);
  TaskRecord wanted = *store->get(task.id);
  clock.now_ms += 10;
  const ClaimRequest asked = request({"work#1"});
  core::claim(wanted, asked, asked.topics[0], clock.wall_ms());
  const ClaimResult claimed = store->claim(asked);
  ASSERT_EQ(claimed.tasks.size(), 1u);
  EXPECT_EQ(*claimed.tasks[0], wanted);
  EXPECT_EQ(*store->get(task.id), wanted);
  EXPECT_FALSE(claimed.more);
  EXPECT_FALSE(claimed.next_due_ms);
  EXPECT_TRUE(claim({"work#1"}).tasks.empty());
}

TEST_P(ClaimTest, ARetriedTaskLosesTheTracesOfItsEndWhenClaimed) {
  const TaskPtr first = running_task();
  ASSERT_TRUE(apply(CompleteTask{fence_of(*first), Json{1}, {}}).ok());
  ASSERT_TRUE(apply(RetryTask{first->id}).ok());
  const TaskPtr retried = store->get(first->id);
  EXPECT_FALSE(retried->outcome || retried->response || retried->delete_at_ms || retried->completed_at_ms);
  const ClaimResult claimed = claim({first->versioned_topic});
  ASSERT_EQ(claimed.tasks.size(), 1u);
  EXPECT_EQ(claimed.tasks[0]->epoch, 2);
  EXPECT_EQ(claimed.tasks[0]->attempts, 1);
}

TEST_P(ClaimTest, GoesByPriorityThenDueTimeThenIdOverAllTopics) {
  const ObjectId no_priority = add_with({}, {});
  const ObjectId low = add_with(-1, {}, "other#1");
  const ObjectId high_due_late = add_with(5, -10);
  const ObjectId high_due_early = add_with(5, -20, "other#1");
  const ObjectId high_at_once = add_with(5, {});
  const ObjectId high_at_once_too = add_with(5, {}, "other#1");
  const ObjectId highest = add_with(9.5, {});
  add_with(100, {}, "strange#1");
  const auto claimed = claim({"work#1", "other#1"});
  EXPECT_EQ(ids_of(claimed.tasks), (std::vector<ObjectId>{highest, high_at_once, high_at_once_too, high_due_early,
                                                          high_due_late, low, no_priority}));
}

TEST_P(ClaimTest, EveryTaskComesOnceHoweverSmallTheClaims) {
  std::vector<TaskRecord> all;
  for (int i = 0; i < 200; ++i) {
    const auto priority = i % 4 ? std::optional<double>(i % 4) : std::nullopt;
    const auto wait_ms = i % 3 ? std::optional<std::int64_t>(-(i % 7)) : std::nullopt;
    all.push_back(*store->get(add_with(priority, wait_ms, i % 2 ? "work#1" : "other#1")));
  }
  std::sort(all.begin(), all.end(), core::claims_before);
  std::vector<ObjectId> wanted;
  for (const TaskRecord& task : all) wanted.push_back(task.id);
  std::vector<ObjectId> got;
  while (got.size() < wanted.size()) {
    const auto ids = ids_of(claim({"work#1", "other#1"}, 7).tasks);
    ASSERT_FALSE(ids.empty());
    got.insert(got.end(), ids.begin(), ids.end());
  }
  EXPECT_EQ(got, wanted);
}

TEST_P(ClaimTest, KeepsTheLimitsOfTheTopicsAndOfAll) {
  for (int i = 0; i < 4; ++i) {
    add("work#1");
    add("other#1");
  }
  ClaimRequest asked = request({"work#1", "other#1"}, 4);
  asked.topics[0].limit = 1;
  const ClaimResult claimed = store->claim(asked);
  EXPECT_EQ(claimed.tasks.size(), 4u);
  EXPECT_TRUE(claimed.more);
  EXPECT_EQ(std::count_if(claimed.tasks.begin(), claimed.tasks.end(),
                          [](const TaskPtr& task) { return task->versioned_topic == "work#1"; }),
            1);
  EXPECT_TRUE(claim({"work#1", "other#1"}, 3).more);
  const ClaimResult last = claim({"work#1", "other#1"}, 1);
  EXPECT_EQ(last.tasks.size(), 1u);
  EXPECT_FALSE(last.more);
}

TEST_P(ClaimTest, WaitsUntilTheTimeAndSaysWhenTheNextIsDue) {
  const ObjectId later = add_with(7, 500);
  add_with(8, 900);
  const ObjectId now = add_with({}, {});
  const ClaimResult first = claim({"work#1"});
  EXPECT_EQ(ids_of(first.tasks), std::vector<ObjectId>{now});
  EXPECT_EQ(first.next_due_ms, clock.wall_ms() + 500);
  EXPECT_FALSE(first.more);
  clock.now_ms += 500;
  const ClaimResult second = claim({"work#1"});
  EXPECT_EQ(ids_of(second.tasks), std::vector<ObjectId>{later});
  EXPECT_FALSE(second.tasks[0]->wait_until_ms);
  EXPECT_EQ(second.next_due_ms, clock.wall_ms() + 400);
}

TEST_P(ClaimTest, WaitingTasksOfAHigherPriorityHideNothing) {
  for (int i = 0; i < 300; ++i) add_with(i % 3, 100'000 + i);
  const ObjectId lowest = add_with({}, {});
  const ClaimResult claimed = claim({"work#1"}, 1);
  EXPECT_EQ(ids_of(claimed.tasks), std::vector<ObjectId>{lowest});
  EXPECT_FALSE(claimed.more);
}

TEST_P(ClaimTest, TakesAtMostOneOfThoseThatLostTheirHostsOften) {
  const ObjectId first = add_lossy(2);
  // The first waits aside while the second gets its losses.
  const ClaimResult aside = claim({"work#1"}, 1);
  ASSERT_EQ(aside.tasks.size(), 1u);
  const ObjectId second = add_lossy(2);
  ASSERT_TRUE(apply(ReleaseTask{fence_of(*aside.tasks[0]), 0}).ok());
  const ObjectId sound = add();
  ClaimRequest none = request({"work#1"}, 1);
  none.may_take_lossy = false;
  const ClaimResult without = store->claim(none);
  EXPECT_EQ(ids_of(without.tasks), std::vector<ObjectId>{sound});
  EXPECT_FALSE(without.more);
  const ObjectId sound_too = add();
  const ClaimResult with = claim({"work#1"});
  ASSERT_EQ(with.tasks.size(), 2u);
  const auto ids = ids_of(with.tasks);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), first) + std::count(ids.begin(), ids.end(), second), 1);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), sound_too), 1);
  EXPECT_FALSE(with.more);
}

TEST_P(ClaimTest, ASessionThatIsLostOrUnknownGetsNothing) {
  add();
  ClaimRequest unknown = request({"work#1"});
  unknown.session = fresh_id();
  EXPECT_TRUE(store->claim(unknown).tasks.empty());
  clock.now_ms += 100'000;
  ASSERT_EQ(store->expire_sessions(0), std::vector<ObjectId>{session});
  EXPECT_TRUE(claim({"work#1"}).tasks.empty());
}

TEST_P(ClaimTest, NothingIsAskedNothingIsGiven) {
  add();
  EXPECT_TRUE(claim({}).tasks.empty());
  const ClaimResult none = claim({"work#1"}, 0);
  EXPECT_TRUE(none.tasks.empty());
  EXPECT_TRUE(claim({"unheard of#1"}).tasks.empty());
  EXPECT_EQ(claim({"work#1", "work#1"}).tasks.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, ClaimTest, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::conformance
