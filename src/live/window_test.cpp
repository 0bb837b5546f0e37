#include "live/window.hpp"

#include "live/random_tasks.hpp"

#include <gtest/gtest.h>

#include <map>

namespace taskrunner::live {
namespace {

/// All tasks, as a store has them.
class World {
 public:
  TaskList find(const Query& query) const {
    std::vector<const JsonObject*> documents;
    std::map<const JsonObject*, LiveTaskPtr> tasks;
    for (const auto& [id, task] : all) {
      documents.push_back(&task->document());
      tasks[&task->document()] = task;
    }
    TaskList found;
    for (const JsonObject* document : apply_query(parse_query(query), documents)) found.push_back(tasks[document]);
    return found;
  }
  std::map<ObjectId, LiveTaskPtr> all;
};

using Seen = std::vector<std::pair<ObjectId, std::int64_t>>;

Seen seen(std::span<const LiveTaskPtr> list) {
  Seen out;
  for (const LiveTaskPtr& task : list) out.emplace_back(task->id(), task->rev());
  return out;
}

/// As an old client applies steps: without looking.
void apply(TaskList& list, const std::vector<ListChange>& steps) {
  for (const ListChange& step : steps) {
    ASSERT_LE(step.position, list.size());
    const auto place = list.begin() + static_cast<std::ptrdiff_t>(step.position);
    if (step.kind == ListChange::Kind::insert) {
      list.insert(place, step.task);
      continue;
    }
    ASSERT_LT(step.position, list.size());
    ASSERT_EQ((*place)->id(), step.task->id());
    if (step.kind == ListChange::Kind::update)
      *place = step.task;
    else
      list.erase(place);
  }
}

Query sorted(const char* sort, std::int64_t skip, std::int64_t limit) {
  Query query;
  query.sort = Json::parse(sort);
  query.skip = skip;
  query.limit = limit;
  return query;
}

LiveTaskPtr with_priority(std::size_t number, double priority, std::int64_t rev = 0) {
  TaskRecord task;
  task.id = numbered_id(number);
  task.priority = priority;
  task.rev = rev;
  return std::make_shared<const LiveTask>(std::make_shared<const TaskRecord>(std::move(task)));
}

TEST(Window, ATaskThatMovesInSightIsADeleteThenAnInsertCountedWithoutIt) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 10)), 5);
  window.reset({with_priority(1, 1), with_priority(2, 2), with_priority(3, 3)});
  const auto steps = window.apply(with_priority(1, 9, 1)).steps;
  ASSERT_EQ(steps.size(), 2u);
  EXPECT_EQ(steps[0].kind, ListChange::Kind::remove);
  EXPECT_EQ(steps[0].position, 0u);
  EXPECT_EQ(steps[1].kind, ListChange::Kind::insert);
  EXPECT_EQ(steps[1].position, 2u);
}

TEST(Window, ARevisionThatIsNotNewerChangesNothing) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 10)), 5);
  window.reset({with_priority(1, 1, 7), with_priority(2, 2)});
  EXPECT_TRUE(window.apply(with_priority(1, 1, 7)).steps.empty());
  EXPECT_TRUE(window.apply(with_priority(1, 9, 6)).steps.empty());
  EXPECT_EQ(window.apply(with_priority(1, 9, 8)).steps.size(), 2u);
}

TEST(Window, WhatARunnerWroteThatLeavesTheRevisionAloneCounts) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 10)), 5);
  window.reset({with_priority(1, 1, 7), with_priority(2, 2)});
  EXPECT_EQ(window.apply(with_priority(1, 9, 7)).steps.size(), 2u);
}

TEST(Window, AnOpenWindowDropsAMemberThatMovesBeyondWhatItKnows) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 2)), 1);
  window.reset({with_priority(1, 1), with_priority(2, 2), with_priority(3, 3)});
  ASSERT_TRUE(window.is_open());
  const auto outcome = window.apply(with_priority(1, 9, 1));
  ASSERT_EQ(outcome.left.size(), 1u);
  EXPECT_EQ(outcome.left[0], numbered_id(1));
  EXPECT_EQ(seen(window.visible()), (Seen{{numbered_id(2), 0}, {numbered_id(3), 0}}));
}

TEST(Window, AnOpenWindowIsDryWhenItsBufferCannotFillTheGap) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 2)), 1);
  window.reset({with_priority(1, 1), with_priority(2, 2), with_priority(3, 3)});
  EXPECT_FALSE(window.remove(numbered_id(3)).is_dry);
  const auto outcome = window.remove(numbered_id(2));
  EXPECT_TRUE(outcome.is_dry);
  EXPECT_TRUE(outcome.steps.empty());
  EXPECT_EQ(window.visible().size(), 2u);
}

TEST(Window, AClosedWindowIsNeverDry) {
  Window window(parse_query(sorted(R"({"priority":1})", 0, 2)), 1);
  window.reset({with_priority(1, 1), with_priority(2, 2)});
  EXPECT_FALSE(window.remove(numbered_id(1)).is_dry);
  EXPECT_FALSE(window.remove(numbered_id(2)).is_dry);
  EXPECT_TRUE(window.visible().empty());
}

TEST(Window, ItNeverReadsBeyondWhatAQueryMayAskFor) {
  const Window window(parse_query(sorted(R"({})", 9'000, 1'000)), 500);
  EXPECT_EQ(window.reading().skip, 0);
  EXPECT_EQ(window.reading().limit, 10'000);
}

/// One window, and a client that knows nothing but its steps, beside a store that changes.
class Pair {
 public:
  explicit Pair(std::uint32_t seed) : random_(seed), query_(random_.query()), window_(parse_query(query_), random_.below(4)) {
    for (std::size_t i = 0; i < random_.below(30); ++i) world_.all[numbered_id(i)] = random_.task(i, 0);
    read();
  }

  void change() {
    const std::size_t number = random_.below(40);
    const ObjectId id = numbered_id(number);
    const auto found = world_.all.find(id);
    WindowOutcome outcome;
    if (found != world_.all.end() && random_.below(4) == 0) {
      world_.all.erase(found);
      outcome = window_.remove(id);
    } else {
      const auto task = random_.task(number, ++rev_);
      world_.all[id] = task;
      outcome = window_.apply(task);
    }
    take(outcome);
  }
  void expect_true() const {
    const Seen truth = seen(world_.find(query_));
    ASSERT_EQ(seen(client_), truth);
    ASSERT_EQ(seen(window_.visible()), truth);
  }

  std::size_t reads = 0;
  std::size_t changes = 0;

 private:
  void read() {
    window_.reset(world_.find(window_.reading()));
    client_.assign(window_.visible().begin(), window_.visible().end());
  }
  void take(const WindowOutcome& outcome) {
    ++changes;
    if (outcome.is_dry) {
      ++reads;
      ASSERT_TRUE(window_.is_open());
      ASSERT_LE(window_.members().size(), static_cast<std::size_t>(query_.skip + query_.limit));
      return read();
    }
    expect_fewest(outcome.steps);
    apply(client_, outcome.steps);
  }
  /// No more than list_changes, which is held to the fewest moves by its own test, needs for the same.
  void expect_fewest(const std::vector<ListChange>& steps) const {
    EXPECT_LE(steps.size(), list_changes(client_, window_.visible()).size());
  }

  RandomTasks random_;
  const Query query_;
  World world_;
  Window window_;
  TaskList client_;
  std::int64_t rev_ = 0;
};

TEST(Window, AfterEveryEventAClientsListIsAFreshFindAndItReadsOnlyWhenDry) {
  std::size_t reads = 0;
  std::size_t changes = 0;
  for (std::uint32_t seed = 0; seed < 3'000; ++seed) {
    SCOPED_TRACE(seed);
    Pair pair(seed);
    for (int i = 0; i < 40; ++i) {
      pair.change();
      pair.expect_true();
      if (HasFatalFailure() || HasNonfatalFailure()) return;
    }
    reads += pair.reads;
    changes += pair.changes;
  }
  EXPECT_GT(reads, 0u);
  EXPECT_LT(reads, changes / 20);
}

}  // namespace
}  // namespace taskrunner::live
