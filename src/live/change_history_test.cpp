#include "live/change_history.hpp"

#include "live/random_tasks.hpp"

#include <gtest/gtest.h>

namespace taskrunner::live {
namespace {

std::vector<ListChange> steps(std::size_t count) {
  return std::vector<ListChange>(count, {ListChange::Kind::update, 0, RandomTasks(1).task(1, 0)});
}

TEST(ChangeHistory, WhoComesBackGetsWhatItMissed) {
  ChangeHistory history;
  history.add(1, 10, steps(3));
  history.add(2, 0, steps(1));
  history.add(1, 13, steps(2));
  EXPECT_EQ(history.between(1, 12, 15)->size(), 3u);
  EXPECT_EQ(history.between(1, 15, 15)->size(), 0u);
  EXPECT_EQ(history.between(2, 0, 1)->size(), 1u);
}

TEST(ChangeHistory, WhatWasForgottenOrNeverWasIsNotMadeUp) {
  ChangeHistory history;
  history.add(1, 10, steps(3));
  EXPECT_FALSE(history.between(1, 9, 13));
  EXPECT_FALSE(history.between(1, 14, 13));
  EXPECT_FALSE(history.between(3, 0, 1));
  history.forget(1);
  EXPECT_FALSE(history.between(1, 12, 13));
  EXPECT_EQ(history.bytes(), 0u);
}

TEST(ChangeHistory, TheOldestStepsOfAllQueriesGoFirst) {
  ChangeHistory history({4, 1'000'000});
  history.add(1, 0, steps(2));
  history.add(2, 0, steps(2));
  history.add(1, 2, steps(1));
  EXPECT_FALSE(history.between(1, 0, 3));
  EXPECT_EQ(history.between(1, 1, 3)->size(), 2u);
  EXPECT_EQ(history.between(2, 0, 2)->size(), 2u);
}

TEST(ChangeHistory, ItsBytesAreBounded) {
  ChangeHistory history({1'000'000, 10'000});
  for (QueryPosition position = 0; position < 1'000; ++position) history.add(1, position, steps(1));
  EXPECT_LE(history.bytes(), 10'000u);
  EXPECT_FALSE(history.between(1, 0, 1'000));
  EXPECT_EQ(history.between(1, 999, 1'000)->size(), 1u);
}

TEST(ChangeHistory, StepsOfAnEarlierLifeOfAQueryDoNotCountForTheNext) {
  ChangeHistory history({3, 1'000'000});
  history.add(1, 0, steps(3));
  history.forget(1);
  history.add(1, 4, steps(2));
  EXPECT_EQ(history.between(1, 4, 6)->size(), 2u);
}

}  // namespace
}  // namespace taskrunner::live
