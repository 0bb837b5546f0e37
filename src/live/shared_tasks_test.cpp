#include "live/shared_tasks.hpp"

#include "live/random_tasks.hpp"

#include <gtest/gtest.h>

namespace taskrunner::live {
namespace {

TEST(SharedTasks, ARevisionThatIsHeldIsThere) {
  SharedTasks shared;
  RandomTasks random(1);
  const TaskPtr record = random.record(1, 5);
  const auto first = shared.share(record);
  shared.hold(first, 7);
  EXPECT_EQ(shared.share(std::make_shared<const TaskRecord>(*record)), first);
  EXPECT_NE(shared.share(random.record(1, 6)), first);
}

TEST(SharedTasks, WhoHoldsATaskIsKnownUntilItLetsGo) {
  SharedTasks shared;
  const auto task = RandomTasks(1).task(1, 0);
  shared.hold(task, 7);
  shared.hold(task, 8);
  shared.hold(task, 8);
  EXPECT_EQ(shared.holders(task->id()), (std::vector<QueryNumber>{7, 8}));
  shared.release(task->id(), 7);
  shared.release(task->id(), 9);
  EXPECT_EQ(shared.holders(task->id()), std::vector<QueryNumber>{8});
  shared.release(task->id(), 8);
  EXPECT_EQ(shared.size(), 0u);
}

}  // namespace
}  // namespace taskrunner::live
