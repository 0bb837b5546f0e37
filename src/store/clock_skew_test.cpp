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

}  // namespace
}  // namespace taskrunner::store
