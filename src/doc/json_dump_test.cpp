#include "doc/bson_type.hpp"
#include "doc/decimal128.hpp"

#include <taskrunner/json.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace taskrunner {
namespace {

TEST(JsonDump, is_as_json_stringify_of_a_document) {
  EXPECT_EQ(Json(Date{1769851800000}).dump(), R"("2026-01-31T09:30:00.000Z")");
  EXPECT_EQ(Json(*ObjectId::from_hex("507f1f77bcf86cd799439011")).dump(), R"("507f1f77bcf86cd799439011")");
  EXPECT_EQ(Json(Binary{0, "foo"}).dump(), R"("Zm9v")");
  EXPECT_EQ(Json().dump(), "null");
  EXPECT_EQ(Json(true).dump(), "true");
  EXPECT_EQ(Json::array({}).dump(), "[]");
  EXPECT_EQ(Json::object().dump(), "{}");
}

TEST(JsonDump, a_long_is_a_number_up_to_2_to_53_and_text_beyond) {
  EXPECT_EQ(Json::int64(9007199254740992).dump(), "9007199254740992");
  EXPECT_EQ(Json::int64(9007199254740993).dump(), R"("9007199254740993")");
  EXPECT_EQ(Json::int64(-9007199254740993).dump(), R"("-9007199254740993")");
}

TEST(JsonDump, doubles_come_back_the_same) {
  for (const double value : {0.1, 1e21, 1e-7, 5e-324, 1.7976931348623157e308, 9007199254740994.0, 1700000000000000.0, 123456789.125})
    EXPECT_EQ(Json::parse(Json(value).dump()).as_double(), value) << Json(value).dump();
  EXPECT_EQ(Json(1700000000000000.0).dump(), "1700000000000000");
  EXPECT_EQ(Json(5.0).dump(), "5");
  EXPECT_EQ(Json(-0.0).dump(), "0");
}

TEST(JsonDump, what_is_no_number_is_null) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()).dump(), "null");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()).dump(), "null");
}

TEST(JsonDump, strings_are_escaped) {
  EXPECT_EQ(Json("\"\\\n\r\t\b\f\x01/é😀").dump(), R"("\"\\\n\r\t\b\f\u0001/é😀")");
  EXPECT_EQ(Json(std::string("a\0b", 3)).dump(), R"("a\u0000b")");
  EXPECT_EQ((Json{{"a\"b", 1}}.dump()), R"({"a\"b":1})");
}

TEST(JsonDump, bytes_that_are_no_utf8_become_the_replacement_character) {
  EXPECT_EQ(Json("a\xff" "b\xc3").dump(), "\"a\uFFFD" "b\uFFFD\"");
  EXPECT_EQ(Json("\xed\xa0\x80").dump(), "\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(JsonDump, rare_types_are_extended_json) {
  EXPECT_EQ(Json(RareBson{bson_decimal128, Decimal128::from_text("1.50")->encode()}).dump(), R"({"$numberDecimal":"1.50"})");
  EXPECT_EQ(Json(RareBson{bson_min_key, {}}).dump(), R"({"$minKey":1})");
}

}  // namespace
}  // namespace taskrunner
