#include "doc/decimal128.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace taskrunner {
namespace {

Decimal128 decimal(std::string_view text) { return Decimal128::from_text(text).value(); }

std::string round_trip(std::string_view text) { return Decimal128::decode(decimal(text).encode()).text(); }

// Texts as the specification's tests have them.
TEST(Decimal128, a_canonical_text_comes_back_through_its_bytes) {
  for (const char* text : {"0", "-0", "1", "-1", "0.1", "0.001234", "0.00012345", "0E+3", "0E-7", "1.000", "12345678901234567",
                           "1234567890123456789012345678901234", "0.1234567890123456789012345678901234", "1E+3", "1.2E-7",
                           "9.999999999999999999999999999999999E+6144", "1E-6176", "Infinity", "-Infinity", "NaN"})
    EXPECT_EQ(round_trip(text), text);
}

TEST(Decimal128, other_texts_become_canonical) {
  EXPECT_EQ(round_trip("+1"), "1");
  EXPECT_EQ(round_trip(".5"), "0.5");
  EXPECT_EQ(round_trip("5."), "5");
  EXPECT_EQ(round_trip("1e3"), "1E+3");
  EXPECT_EQ(round_trip("inf"), "Infinity");
  EXPECT_EQ(round_trip("-INFINITY"), "-Infinity");
  EXPECT_EQ(round_trip("nan"), "NaN");
  EXPECT_EQ(round_trip("1E+6144"), "1.000000000000000000000000000000000E+6144");
  EXPECT_EQ(round_trip("10E-6177"), "1E-6176");
  EXPECT_EQ(round_trip("0E+9999"), "0E+6111");
  EXPECT_EQ(round_trip("12345678901234567890123456789012340"), "1.234567890123456789012345678901234E+34");
}

TEST(Decimal128, what_is_no_decimal_or_loses_digits_is_refused) {
  for (const char* text : {"", ".", "e1", "1e", "1e+", "1e+-1", "1..2", "1x", " 1", "1 ", "0x1", "--1", "12345678901234567890123456789012345",
                           "1E+6145", "1E-6177", "1E+99999999999", "infinite", "nana"})
    EXPECT_FALSE(Decimal128::from_text(text)) << text;
}

TEST(Decimal128, the_bytes_are_those_of_mongodb) {
  const std::string one = decimal("1").encode();
  ASSERT_EQ(one.size(), 16u);
  EXPECT_EQ(one[0], '\x01');
  EXPECT_EQ(one[14], '\x40');
  EXPECT_EQ(one[15], '\x30');
}

TEST(Decimal128, a_coefficient_beyond_34_digits_counts_as_0) {
  std::string payload(16, '\xff');
  payload[15] = '\x5f';
  EXPECT_EQ(compare(Decimal128::decode(payload), decimal("0")), std::weak_ordering::equivalent);
  payload[15] = '\x6f';
  EXPECT_EQ(compare(Decimal128::decode(payload), decimal("0")), std::weak_ordering::equivalent);
}

TEST(Decimal128, orders_by_value) {
  const char* ascending[] = {"NaN", "-Infinity", "-1E+400", "-2", "-1.5", "-1E-6176", "0", "1E-6176", "0.1", "1", "1.5", "9007199254740993",
                             "1E+40", "9.999999999999999999999999999999999E+6144", "Infinity"};
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t j = 0; j < std::size(ascending); ++j)
      EXPECT_EQ(compare(decimal(ascending[i]), decimal(ascending[j])), i <=> j) << ascending[i] << " " << ascending[j];
}

TEST(Decimal128, the_same_value_in_another_form_is_equal) {
  EXPECT_TRUE(compare(decimal("1"), decimal("1.000")) == 0);
  EXPECT_TRUE(compare(decimal("1E+3"), decimal("1000")) == 0);
  EXPECT_TRUE(compare(decimal("0"), decimal("-0E+10")) == 0);
  EXPECT_TRUE(compare(Decimal128::from_int64(std::numeric_limits<std::int64_t>::min()), decimal("-9223372036854775808")) == 0);
}

TEST(Decimal128, compares_with_a_double_by_all_its_digits) {
  EXPECT_TRUE(compare(decimal("0.5"), 0.5) == 0);
  EXPECT_TRUE(compare(decimal("0.1"), 0.1) < 0);
  EXPECT_TRUE(compare(decimal("0.1000000000000000055511151231257827"), 0.1) < 0);
  EXPECT_TRUE(compare(decimal("0.1000000000000000055511151231257828"), 0.1) > 0);
  EXPECT_TRUE(compare(decimal("-0.1000000000000000055511151231257827"), -0.1) > 0);
  EXPECT_TRUE(compare(decimal("0"), -0.0) == 0);
  EXPECT_TRUE(compare(decimal("1E+400"), 1e300) > 0);
  EXPECT_TRUE(compare(decimal("1E+400"), std::numeric_limits<double>::infinity()) < 0);
  EXPECT_TRUE(compare(decimal("-Infinity"), -std::numeric_limits<double>::infinity()) == 0);
  EXPECT_TRUE(compare(decimal("NaN"), std::numeric_limits<double>::quiet_NaN()) == 0);
  EXPECT_TRUE(compare(decimal("1E-400"), 5e-324) < 0);
}

}  // namespace
}  // namespace taskrunner
