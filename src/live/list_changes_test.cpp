#include "live/list_changes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace taskrunner::live {
namespace {

LiveTaskPtr task(std::uint8_t number, std::int64_t rev = 0) {
  TaskRecord record;
  record.id = ObjectId({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, number});
  record.rev = rev;
  return std::make_shared<const LiveTask>(std::make_shared<const TaskRecord>(std::move(record)));
}

TaskList list_of(std::initializer_list<int> numbers) {
  TaskList list;
  for (const int number : numbers) list.push_back(task(static_cast<std::uint8_t>(number)));
  return list;
}

/// As an old client does: without looking.
TaskList apply(TaskList list, const std::vector<ListChange>& changes) {
  for (const ListChange& change : changes) {
    const auto place = list.begin() + static_cast<std::ptrdiff_t>(change.position);
    switch (change.kind) {
      case ListChange::Kind::insert: list.insert(place, change.task); break;
      case ListChange::Kind::remove:
        EXPECT_EQ((*place)->id(), change.task->id());
        list.erase(place);
        break;
      case ListChange::Kind::update:
        EXPECT_EQ((*place)->id(), change.task->id());
        *place = change.task;
        break;
    }
  }
  return list;
}

std::vector<std::pair<ObjectId, std::int64_t>> seen(const TaskList& list) {
  std::vector<std::pair<ObjectId, std::int64_t>> out;
  for (const LiveTaskPtr& entry : list) out.emplace_back(entry->id(), entry->rev());
  return out;
}

TEST(ListChanges, NothingChangedIsNoStep) {
  EXPECT_TRUE(list_changes({}, {}).empty());
  EXPECT_TRUE(list_changes(list_of({1, 2, 3}), list_of({1, 2, 3})).empty());
}

TEST(ListChanges, AMoveIsARemoveThenAnInsertCountedWithoutIt) {
  const auto changes = list_changes(list_of({1, 2, 3, 4}), list_of({2, 3, 1, 4}));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(changes[0].kind, ListChange::Kind::remove);
  EXPECT_EQ(changes[0].position, 0u);
  EXPECT_EQ(changes[1].kind, ListChange::Kind::insert);
  EXPECT_EQ(changes[1].position, 2u);
}

TEST(ListChanges, ANewRevisionInPlaceIsOneUpdate) {
  TaskList after = list_of({1, 2, 3});
  after[1] = task(2, 5);
  const auto changes = list_changes(list_of({1, 2, 3}), after);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, ListChange::Kind::update);
  EXPECT_EQ(changes[0].position, 1u);
}

TEST(ListChanges, AWindowThatSlidesTakesOneStepAtEachEnd) {
  EXPECT_EQ(list_changes(list_of({1, 2, 3, 4, 5}), list_of({9, 1, 2, 3, 4})).size(), 2u);
}

/// The least number of steps, by the longest common subsequence (dynamic programming).
std::size_t fewest_steps(const TaskList& before, const TaskList& after) {
  std::vector<std::vector<std::size_t>> kept(before.size() + 1, std::vector<std::size_t>(after.size() + 1));
  for (std::size_t i = 1; i <= before.size(); ++i)
    for (std::size_t j = 1; j <= after.size(); ++j)
      kept[i][j] = before[i - 1]->id() == after[j - 1]->id() ? kept[i - 1][j - 1] + 1
                                                         : std::max(kept[i - 1][j], kept[i][j - 1]);
  return before.size() + after.size() - 2 * kept[before.size()][after.size()];
}

TaskList random_list(std::mt19937& random) {
  TaskList all;
  for (std::uint8_t i = 0; i < 12; ++i) all.push_back(task(i, random() % 2));
  std::shuffle(all.begin(), all.end(), random);
  all.resize(random() % 13);
  return all;
}

TEST(ListChanges, AppliedBlindlyTheyGiveTheNextListInTheFewestSteps) {
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    std::mt19937 random(seed);
    const TaskList before = random_list(random);
    const TaskList after = random_list(random);
    const auto changes = list_changes(before, after);
    ASSERT_EQ(seen(apply(before, changes)), seen(after)) << "seed " << seed;
    const auto moves = std::count_if(changes.begin(), changes.end(),
                                     [](const ListChange& c) { return c.kind != ListChange::Kind::update; });
    ASSERT_EQ(static_cast<std::size_t>(moves), fewest_steps(before, after)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace taskrunner::live
