#include "store/feed_pace.hpp"

#include <gtest/gtest.h>

namespace taskrunner::store {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t most = 1'000;

TEST(FeedPace, ChangesThatAreRareAreWaitedForAtTheServer) {
  FeedPace pace;
  FeedPace::Time now{};
  for (int i = 0; i < 1'000; ++i, now += milliseconds(1)) {
    pace.on_read(1, most, now);
    EXPECT_EQ(pace.pause(), milliseconds(0)) << i;
    EXPECT_GT(pace.wait(), milliseconds(100)) << i;
  }
}

TEST(FeedPace, WhileTheyAreManyNoReadWaitsAtTheServer) {
  FeedPace pace;
  FeedPace::Time now{};
  for (int i = 0; i < 100; ++i, now += milliseconds(1)) pace.on_read(20, most, now);
  EXPECT_GT(pace.pause(), milliseconds(1));
  EXPECT_LE(pace.wait(), milliseconds(1));
}

TEST(FeedPace, BatchesOfWritesFarApartAreStillMany) {
  FeedPace pace;
  FeedPace::Time now{};
  pace.on_read(900, most, now);
  for (int i = 0; i < 20; ++i) pace.on_read(0, most, now += milliseconds(10));
  EXPECT_GT(pace.pause(), milliseconds(1));
}

TEST(FeedPace, WhenTheyBecomeRareItWaitsAtTheServerAgain) {
  FeedPace pace;
  FeedPace::Time now{};
  pace.on_read(900, most, now);
  for (int i = 0; i < 50; ++i) pace.on_read(0, most, now += milliseconds(10));
  EXPECT_EQ(pace.pause(), milliseconds(0));
  EXPECT_GT(pace.wait(), milliseconds(100));
}

TEST(FeedPace, ABacklogIsReadWithoutAPause) {
  FeedPace pace;
  pace.on_read(most, most, FeedPace::Time{});
  EXPECT_EQ(pace.pause(), milliseconds(0));
}

}  // namespace
}  // namespace taskrunner::store
