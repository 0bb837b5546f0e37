#include "auth/failure_limit.hpp"

#include <gtest/gtest.h>

namespace taskrunner::auth {
namespace {

TEST(FailureLimit, twenty_at_once_then_one_a_second) {
  FailureLimit limit;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(limit.may_fail("a", 0));
  EXPECT_FALSE(limit.may_fail("a", 0));
  EXPECT_FALSE(limit.may_fail("a", 999));
  EXPECT_TRUE(limit.may_fail("a", 1'998));
  EXPECT_FALSE(limit.may_fail("a", 1'998));
}

TEST(FailureLimit, addresses_do_not_pay_for_each_other) {
  FailureLimit limit;
  for (int i = 0; i < 30; ++i) limit.may_fail("a", 0);
  EXPECT_TRUE(limit.may_fail("b", 0));
}

TEST(FailureLimit, a_clock_that_goes_back_gives_nothing) {
  FailureLimit limit;
  for (int i = 0; i < 20; ++i) limit.may_fail("a", 10'000);
  EXPECT_FALSE(limit.may_fail("a", 0));
}

TEST(FailureLimit, it_remembers_so_many_addresses_and_forgets_those_that_rest) {
  FailureLimit limit;
  for (std::size_t i = 0; i < FailureLimit::most_addresses; ++i) EXPECT_TRUE(limit.may_fail(std::to_string(i), 0));
  EXPECT_FALSE(limit.may_fail("new", 0));
  EXPECT_TRUE(limit.may_fail("new", 2'000));
}

}  // namespace
}  // namespace taskrunner::auth
