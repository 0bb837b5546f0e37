#include "core/cron.hpp"
#include "core/schedule_book.hpp"

#include <taskrunner/error.hpp>

#include "base/time_text.hpp"

#include <gtest/gtest.h>

namespace taskrunner::core {
namespace {

std::int64_t at(const char* text) { return parse_iso_time(text).value(); }

std::string next(const char* expression, const char* after, const char* zone = "UTC") {
  const auto tick = Cron(expression, zone).next_after(at(after));
  return tick ? iso_time(*tick) : "never";
}

TEST(Cron, FindsTheNextTick) {
  EXPECT_EQ(next("*/15 * * * *", "2026-01-31T09:31:00Z"), "2026-01-31T09:45:00.000Z");
  EXPECT_EQ(next("0 9 * * mon-fri", "2026-01-31T09:31:00Z"), "2026-02-02T09:00:00.000Z");
  EXPECT_EQ(next("30 4 1,15 * *", "2026-01-02T00:00:00Z"), "2026-01-15T04:30:00.000Z");
  EXPECT_EQ(next("@daily", "2026-02-28T12:00:00Z"), "2026-03-01T00:00:00.000Z");
  EXPECT_EQ(next("0 0 29 2 *", "2026-01-01T00:00:00Z"), "2028-02-29T00:00:00.000Z");
  EXPECT_EQ(next("0 0 30 2 *", "2026-01-01T00:00:00Z"), "never");
}

TEST(Cron, ATickIsAfterTheMomentNotAtIt) {
  EXPECT_EQ(next("0 * * * *", "2026-01-01T10:00:00Z"), "2026-01-01T11:00:00.000Z");
}

TEST(Cron, DayOfMonthOrDayOfWeekWhereBothAreRestricted) {
  EXPECT_EQ(next("0 0 13 * fri", "2026-01-01T00:00:00Z"), "2026-01-02T00:00:00.000Z");
}

TEST(Cron, ASkippedLocalTimeFiresAtTheGapsEnd) {
  // In Berlin 02:00 to 03:00 did not come on 2026-03-29.
  EXPECT_EQ(next("30 2 * * *", "2026-03-28T12:00:00Z", "Europe/Berlin"), "2026-03-29T01:00:00.000Z");
}

TEST(Cron, ALocalTimeThatComesTwiceFiresOnce) {
  // In Berlin 02:30 came at 00:30Z and again at 01:30Z on 2026-10-25.
  EXPECT_EQ(next("30 2 * * *", "2026-10-24T12:00:00Z", "Europe/Berlin"), "2026-10-25T00:30:00.000Z");
  EXPECT_EQ(next("30 2 * * *", "2026-10-25T00:30:00Z", "Europe/Berlin"), "2026-10-26T01:30:00.000Z");
}

TEST(Cron, NamesWhatIsWrong) {
  const auto error_of = [](const char* expression, const char* zone) -> std::string {
    try {
      Cron(expression, zone);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  EXPECT_NE(error_of("61 * * * *", "UTC").find("minute"), std::string::npos);
  EXPECT_NE(error_of("* * * * funday", "UTC").find("day of week"), std::string::npos);
  EXPECT_NE(error_of("* * *", "UTC").find("five fields"), std::string::npos);
  EXPECT_NE(error_of("* * * * *", "Mars/Olympus").find("Mars/Olympus"), std::string::npos);
}

TEST(Schedule, CatchesUpOnlyTheNewestMissedTick) {
  const Cron hourly("0 * * * *", "UTC");
  EXPECT_EQ(newest_due(hourly, at("2026-01-01T00:00:00Z"), at("2026-03-01T10:30:00Z")), at("2026-03-01T10:00:00Z"));
  EXPECT_EQ(newest_due(hourly, at("2026-03-01T10:00:00Z"), at("2026-03-01T10:30:00Z")), std::nullopt);
}

TEST(Schedule, EachTickHasItsOwnUniqueKey) {
  const Schedule schedule{"report", Cron("0 * * * *", "UTC"), {}};
  const NewTask one = tick_task(schedule, at("2026-01-01T10:00:00Z"));
  const NewTask other = tick_task(schedule, at("2026-01-01T11:00:00Z"));
  EXPECT_EQ(one.unique_key, "schedule:report:2026-01-01T10:00:00.000Z");
  EXPECT_NE(one.unique_key, other.unique_key);
}

}  // namespace
}  // namespace taskrunner::core
