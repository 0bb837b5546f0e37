#include "doc/bson_order.hpp"

#include "doc/extended_json.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

namespace taskrunner {
namespace {

Json read(std::string_view text) { return from_extended_json(Json::parse(text)); }

// Each line is greater than the one before; as a sort in MongoDB 6.0 has them.
constexpr const char* ascending[] = {
    R"({"$minKey":1})",
    R"({"$undefined":true})",
    "null",
    R"({"$numberDouble":"NaN"})",
    R"({"$numberDouble":"-Infinity"})",
    R"({"$numberDecimal":"-1E+400"})",
    R"({"$numberLong":"-9223372036854775808"})",
    "-1.5",
    "-1",
    "0",
    R"({"$numberDecimal":"0.1"})",
    "0.1",
    "1",
    R"({"$numberDouble":"9007199254740992"})",
    R"({"$numberLong":"9007199254740993"})",
    R"({"$numberDecimal":"9007199254740993.5"})",
    R"({"$numberDouble":"9007199254740994"})",
    R"({"$numberLong":"9223372036854775807"})",
    R"({"$numberDouble":"9223372036854775808"})",
    R"({"$numberDouble":"Infinity"})",
    R"("")",
    R"("A")",
    R"("a")",
    R"({"$symbol":"aa"})",
    R"("ab")",
    R"("b")",
    R"("é")",
    "{}",
    R"({"a":null})",
    R"({"b":null})",
    R"({"a":1})",
    R"({"a":1,"b":1})",
    R"({"a":2})",
    R"({"b":1})",
    R"({"a":""})",
    "[]",
    "[1]",
    "[1,1]",
    "[2]",
    R"([""])",
    R"({"$binary":{"base64":"","subType":"00"}})",
    R"({"$binary":{"base64":"eg==","subType":"00"}})",
    R"({"$binary":{"base64":"YQ==","subType":"05"}})",
    R"({"$binary":{"base64":"YWE=","subType":"00"}})",
    R"({"$oid":"000000000000000000000001"})",
    R"({"$oid":"f00000000000000000000000"})",
    "false",
    "true",
    R"({"$date":-1})",
    R"({"$date":0})",
    R"({"$timestamp":{"t":1,"i":2}})",
    R"({"$timestamp":{"t":4294967295,"i":1}})",
    R"({"$regularExpression":{"pattern":"a","options":""}})",
    R"({"$regularExpression":{"pattern":"a","options":"i"}})",
    R"({"$regularExpression":{"pattern":"b","options":""}})",
    R"({"$dbPointer":{"$ref":"c","$id":{"$oid":"000000000000000000000001"}}})",
    R"({"$code":"f"})",
    R"({"$code":"f","$scope":{}})",
    R"({"$code":"f","$scope":{"a":1}})",
    R"({"$maxKey":1})",
};

TEST(BsonOrder, is_mongodbs_over_all_types) {
  for (std::size_t i = 0; i < std::size(ascending); ++i)
    for (std::size_t j = 0; j < std::size(ascending); ++j)
      EXPECT_EQ(compare_bson(read(ascending[i]), read(ascending[j])), i <=> j) << ascending[i] << " and " << ascending[j];
}

TEST(BsonOrder, the_same_value_in_another_type_is_equal) {
  constexpr std::pair<const char*, const char*> equal[] = {
      {"1", "1.0"},
      {"1", R"({"$numberLong":"1"})"},
      {"1", R"({"$numberDecimal":"1.00"})"},
      {"0.5", R"({"$numberDecimal":"0.5"})"},
      {"0", R"({"$numberDouble":"-0.0"})"},
      {R"({"$numberLong":"9007199254740992"})", R"({"$numberDouble":"9007199254740992"})"},
      {R"({"$numberDouble":"NaN"})", R"({"$numberDecimal":"NaN"})"},
      {R"({"$numberDouble":"Infinity"})", R"({"$numberDecimal":"Infinity"})"},
      {R"("a")", R"({"$symbol":"a"})"},
      {R"({"a":[1,{"b":2}]})", R"({"a":[1.0,{"b":{"$numberLong":"2"}}]})"},
  };
  for (const auto& [a, b] : equal) {
    EXPECT_TRUE(equal_bson(read(a), read(b))) << a << " and " << b;
    EXPECT_TRUE(equal_bson(read(b), read(a))) << a << " and " << b;
  }
}

TEST(BsonOrder, an_objects_members_count_in_their_order) {
  EXPECT_FALSE(equal_bson(read(R"({"a":1,"b":1})"), read(R"({"b":1,"a":1})")));
}

TEST(BsonOrder, nan_is_known_in_every_type) {
  EXPECT_TRUE(is_nan(read(R"({"$numberDouble":"NaN"})")));
  EXPECT_TRUE(is_nan(read(R"({"$numberDecimal":"NaN"})")));
  EXPECT_FALSE(is_nan(Json(1)));
  EXPECT_FALSE(is_nan(Json("NaN")));
}

TEST(BsonOrder, a_broken_rare_value_is_refused) {
  EXPECT_THROW(compare_bson(Json(RareBson{0x13, "short"}), Json(1)), Error);
  EXPECT_THROW(compare_bson(Json(RareBson{0x11, ""}), Json(RareBson{0x11, ""})), Error);
}

}  // namespace
}  // namespace taskrunner
