#include "core/failure_log.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace taskrunner::core {
namespace {

using Lines = std::vector<std::string>;

class FailureLogTest : public testing::Test {
 protected:
  Lines said;
  FailureLog log{"claim", [this](const std::string& line) { said.push_back("! " + line); },
                 [this](const std::string& line) { said.push_back("  " + line); }};
};

TEST_F(FailureLogTest, OneThatGoesOnIsSaidOnce) {
  for (int i = 0; i < 100; ++i) log.failed("no primary");
  EXPECT_EQ(said, Lines{"! claim: no primary"});
}

TEST_F(FailureLogTest, EachWayInWhichItFailsIsSaidOnce) {
  for (const char* why : {"no primary", "no right", "no primary", "no right"}) log.failed(why);
  EXPECT_EQ(said, (Lines{"! claim: no primary", "! claim: no right"}));
}

TEST_F(FailureLogTest, OneThatIsNeverTheSameTwiceDoesNotFillTheLog) {
  for (int i = 0; i < 1'000; ++i) log.failed("no answer from port " + std::to_string(i));
  EXPECT_EQ(said.size(), 20u);
}

TEST_F(FailureLogTest, ItsEndIsSaidOnceAndTheNextOneAgain) {
  log.worked();
  log.failed("no primary");
  log.failed("no primary");
  log.worked();
  log.worked();
  log.failed("no primary");
  EXPECT_EQ(said, (Lines{"! claim: no primary", "  claim: works again, after 2 failures", "! claim: no primary"}));
}

}  // namespace
}  // namespace taskrunner::core
