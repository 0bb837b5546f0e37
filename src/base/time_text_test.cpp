#include "base/time_text.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace taskrunner {
namespace {

TEST(IsoTime, is_written_with_milliseconds_in_utc) {
  EXPECT_EQ(iso_time(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(1769851800123), "2026-01-31T09:30:00.123Z");
  EXPECT_EQ(iso_time(951782400000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(iso_time(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(iso_time(253402300799999), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(iso_time(-62167219200000), "0000-01-01T00:00:00.000Z");
}

TEST(IsoTime, years_of_more_digits_are_written_as_javascript_does) {
  EXPECT_EQ(iso_time(253402300800000), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(8640000000000000), "+275760-09-13T00:00:00.000Z");
  EXPECT_EQ(iso_time(-62198755200000), "-000001-01-01T00:00:00.000Z");
  EXPECT_EQ(iso_time(-8640000000000000), "-271821-04-20T00:00:00.000Z");
}

TEST(IsoTime, the_farthest_moments_have_a_text) {
  EXPECT_EQ(iso_time(std::numeric_limits<std::int64_t>::max()), "+292278994-08-17T07:12:55.807Z");
  EXPECT_EQ(iso_time(std::numeric_limits<std::int64_t>::min()), "-292275055-05-16T16:47:04.192Z");
}

TEST(IsoTime, what_was_written_is_read_again) {
  for (const std::int64_t ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1769851800123}, std::int64_t{253402300799999}})
    EXPECT_EQ(parse_iso_time(iso_time(ms)), ms) << iso_time(ms);
}

TEST(IsoTime, any_offset_and_any_fraction_is_read) {
  EXPECT_EQ(parse_iso_time("2026-01-31T09:30:00Z"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31t09:30:00z"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31 09:30:00Z"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31T09:30Z"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31T10:30:00+01:00"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31T04:00:00-0530"), 1769851800000);
  EXPECT_EQ(parse_iso_time("2026-01-31T09:30:00.5Z"), 1769851800500);
  EXPECT_EQ(parse_iso_time("2026-01-31T09:30:00.123999999Z"), 1769851800123);
  EXPECT_EQ(parse_iso_time("2026-01-31"), 1769817600000);
}

TEST(IsoTime, what_is_no_time_is_refused) {
  for (const char* text : {"", "now", "2026", "2026-1-31", "2026-02-30", "2026-13-01", "2026-01-31T", "2026-01-31T09",
                           "2026-01-31T24:00:00Z", "2026-01-31T09:60:00Z", "2026-01-31T09:30:61Z", "2026-01-31T09:30:00",
                           "2026-01-31T09:30:00.Z", "2026-01-31T09:30:00Zx", "2026-01-31T09:30:00+25:00",
                           "2026-01-31T09:30:00+1", "+2026-01-31T09:30:00Z", " 2026-01-31"})
    EXPECT_FALSE(parse_iso_time(text)) << text;
}

TEST(Duration, is_read_with_its_unit) {
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("10s"), 10'000);
  EXPECT_EQ(parse_duration_ms("10"), 10'000);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000);
  EXPECT_EQ(parse_duration_ms("7d"), 604'800'000);
  EXPECT_EQ(parse_duration_ms("0.5s"), 500);
  EXPECT_EQ(parse_duration_ms("0s"), 0);
}

TEST(Duration, a_fraction_is_rounded_not_cut) { EXPECT_EQ(parse_duration_ms("1.001s"), 1001); }

TEST(Duration, what_is_no_length_is_refused) {
  for (const char* text : {"", "s", "-1s", "1 s", "1w", "1e99s", "inf", "nan", "nans", "10s ", "1s1s"})
    EXPECT_FALSE(parse_duration_ms(text)) << text;
}

}  // namespace
}  // namespace taskrunner
