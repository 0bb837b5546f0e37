#include "store/clock_skew.hpp"

#include <gtest/gtest.h>

namespace taskrunner::store {
namespace {

std::string bad_of(const std::vector<MongoMember>& members) {
  std::vector<StoreFinding> findings;
  check_clocks(members, findings);
  std::string bad;
  for (const StoreFinding& finding : findings)
    if (!finding.ok) bad += finding.what + "\n";
  return bad;
}

MongoMember member(const char* address, std::optional<std::int64_t> ahead_ms) { return {address, ahead_ms.has_value(), false, ahead_ms}; }

TEST(ClockSkew, ClocksThatAgreeAreFine) { EXPECT_EQ(bad_of({member("a:1", -400), member("b:1", 599), member("c:1", {})}), ""); }

TEST(ClockSkew, MembersThatDifferByASecondAreNamed) {
  EXPECT_EQ(bad_of({member("a:1", 10), member("b:1", -990)}), "the clock of a:1 is 1000 ms ahead of that of b:1\n");
}

TEST(ClockSkew, AMemberFarFromThisMachineIsNamed) {
  EXPECT_EQ(bad_of({member("a:1", -5'000)}), "the clock of a:1 is 5000 ms behind this machine's\n");
}

TEST(ClockSkew, WhereNobodyTellsTheTimeNothingIsSaid) {
  std::vector<StoreFinding> findings;
  check_clocks({member("a:1", {})}, findings);
  EXPECT_TRUE(findings.empty());
}

TEST(ClockWatch, AJumpOfTheStoresClockIsSaidOnceWithItsDirection) {
  ClockWatch watch;
  EXPECT_TRUE(watch.note(10'000, 10'000, 2).empty());
  EXPECT_TRUE(watch.note(10'900, 10'000, 2).empty());
  const auto ahead = watch.note(12'000, 10'000, 2);
  ASSERT_EQ(ahead.size(), 1U);
  EXPECT_NE(ahead[0].find("ahead by 1100 ms"), std::string::npos) << ahead[0];
  EXPECT_TRUE(watch.note(12'000, 10'000, 2).empty());
  EXPECT_NE(watch.note(10'000, 10'000, 2).at(0).find("back by 2000 ms"), std::string::npos);
}

TEST(ClockWatch, WhatASlowAnswerMayExplainIsNoJump) {
  ClockWatch watch;
  watch.note(10'000, 10'000, 2);
  EXPECT_TRUE(watch.note(12'000, 10'000, 1'500).empty());
  EXPECT_TRUE(watch.note(10'000, 10'000, 2).empty());
}

TEST(ClockWatch, AClockHereThatIsFarFromTheStoresIsSaidWhenItBeginsAndEnds) {
  ClockWatch watch;
  EXPECT_NE(watch.note(0, -6'000, 1).at(0).find("6000 ms behind"), std::string::npos);
  EXPECT_TRUE(watch.note(0, -7'000, 1).empty());
  EXPECT_NE(watch.note(0, 10, 1).at(0).find("agrees"), std::string::npos);
  EXPECT_TRUE(watch.note(0, 10, 1).empty());
}

}  // namespace
}  // namespace taskrunner::store
