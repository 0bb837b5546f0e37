#include "net/heartbeat.hpp"

#include <gtest/gtest.h>

namespace taskrunner::net {
namespace {

using Action = Heartbeat::Action;
constexpr Heartbeat::Time start{std::chrono::hours(1)};
Heartbeat::Time at(int ms) { return start + std::chrono::milliseconds(ms); }

TEST(Heartbeat, PingsAtTheIntervalAndAgainAfterEachPong) {
  Heartbeat heart(300, 200, start);
  EXPECT_EQ(heart.deadline(), at(300));
  EXPECT_EQ(heart.on_time(at(299)), Action::wait);
  EXPECT_EQ(heart.on_time(at(300)), Action::ping);
  heart.on_pong(at(310));
  EXPECT_EQ(heart.deadline(), at(610));
  EXPECT_EQ(heart.on_time(at(610)), Action::ping);
}

TEST(Heartbeat, GivesUpWhoSaysNothingAfterAPing) {
  Heartbeat heart(300, 200, start);
  heart.on_bytes(at(299));
  EXPECT_EQ(heart.on_time(at(300)), Action::ping);
  EXPECT_EQ(heart.deadline(), at(500));
  EXPECT_EQ(heart.on_time(at(500)), Action::give_up);
}

TEST(Heartbeat, CountsFromWhenThePingWasDueButGivesHalfTheTimeAtLeast) {
  Heartbeat late(300, 200, start);
  EXPECT_EQ(late.on_time(at(320)), Action::ping);
  EXPECT_FALSE(late.overdue(at(499)));
  EXPECT_TRUE(late.overdue(at(500)));
  Heartbeat held_up(300, 200, start);
  EXPECT_EQ(held_up.on_time(at(5000)), Action::ping);
  EXPECT_EQ(held_up.deadline(), at(5100));
}

TEST(Heartbeat, TakesAnyByteAfterAPingAsLife) {
  Heartbeat heart(300, 200, start);
  EXPECT_EQ(heart.on_time(at(300)), Action::ping);
  heart.on_bytes(at(400));
  EXPECT_EQ(heart.on_time(at(500)), Action::wait);
  EXPECT_EQ(heart.deadline(), at(700));
  EXPECT_EQ(heart.on_time(at(700)), Action::ping);
  EXPECT_EQ(heart.on_time(at(900)), Action::give_up);
}

}  // namespace
}  // namespace taskrunner::net
