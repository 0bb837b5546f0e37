#include "net/connection_limits.hpp"

#include <gtest/gtest.h>

namespace taskrunner::net {
namespace {

using Refusal = ConnectionLimits::Refusal;
const ConnectionLimits::Time start{std::chrono::hours(1)};

TEST(ConnectionLimits, CountInAllAndByAddressAndGiveBack) {
  const auto limits = std::make_shared<ConnectionLimits>(ConnectionLimits::Limits{3, 2, 100});
  auto a1 = limits->take("a", false, start), a2 = limits->take("a", false, start);
  EXPECT_EQ(limits->take("a", false, start).refusal, Refusal::per_address);
  const auto b = limits->take("b", false, start);
  EXPECT_EQ(limits->take("c", false, start).refusal, Refusal::in_all);
  a1.slot.reset();
  EXPECT_TRUE(limits->take("a", false, start).slot);
  EXPECT_EQ(limits->count(), 2u);
}

TEST(ConnectionLimits, ExemptOnesCountInAllOnly) {
  const auto limits = std::make_shared<ConnectionLimits>(ConnectionLimits::Limits{3, 1, 100});
  const auto one = limits->take("127.0.0.1", true, start), two = limits->take("127.0.0.1", true, start);
  EXPECT_TRUE(one.slot && two.slot);
  const auto client = limits->take_for_client("c");
  EXPECT_TRUE(client.slot);
  EXPECT_EQ(limits->take_for_client("c").refusal, Refusal::per_address);
  EXPECT_EQ(limits->count(), 2u);
}

TEST(ConnectionLimits, LetASecondsShareBeginAtOnceAndThenByTime) {
  const auto limits = std::make_shared<ConnectionLimits>(ConnectionLimits::Limits{1000, 1000, 10});
  const auto begin = [&](ConnectionLimits::Time now) { return limits->take("a", true, now).refusal; };
  for (int i = 0; i < 10; ++i) EXPECT_EQ(begin(start), Refusal::none);
  EXPECT_EQ(begin(start), Refusal::per_second);
  EXPECT_EQ(begin(start + std::chrono::milliseconds(110)), Refusal::none);
  EXPECT_EQ(begin(start + std::chrono::milliseconds(110)), Refusal::per_second);
  EXPECT_EQ(begin(start + std::chrono::hours(1)), Refusal::none);
}

}  // namespace
}  // namespace taskrunner::net
