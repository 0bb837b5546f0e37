#include <taskrunner/error.hpp>
#include <taskrunner/json.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace taskrunner {
namespace {

template <typename T>
bool holds(const Json& value) {
  return std::holds_alternative<T>(value.value());
}

TEST(Json, an_integer_takes_the_type_that_a_javascript_driver_stores) {
  EXPECT_TRUE(holds<std::int32_t>(Json(5)));
  EXPECT_TRUE(holds<std::int32_t>(Json(-2147483648LL)));
  EXPECT_TRUE(holds<double>(Json(2147483648LL)));
  EXPECT_TRUE(holds<double>(Json(9007199254740992LL)));
  EXPECT_TRUE(holds<std::int64_t>(Json(9007199254740993LL)));
  EXPECT_TRUE(holds<std::int64_t>(Json(std::numeric_limits<std::int64_t>::max())));
  EXPECT_TRUE(holds<double>(Json(std::numeric_limits<std::int64_t>::min())));
  EXPECT_TRUE(holds<double>(Json(std::uint64_t{1} << 63)));
  EXPECT_THROW(static_cast<void>(Json(std::numeric_limits<std::uint64_t>::max())), Error);
}

TEST(Json, int64_and_int32_can_be_asked_for) {
  EXPECT_TRUE(holds<std::int64_t>(Json::int64(5)));
  EXPECT_TRUE(holds<std::int32_t>(Json::int32(5)));
  EXPECT_NE(Json::int64(5), Json(5));
}

TEST(Json, a_list_of_pairs_is_an_object_and_any_other_list_an_array) {
  const Json object{{"spent", 5}, {"total", 10}};
  ASSERT_TRUE(object.is_object());
  EXPECT_EQ(object.at("spent"), Json(5));
  EXPECT_TRUE(Json::array({1, "two", 3.0}).is_array());
  EXPECT_EQ(Json::array({1, "two"}).as_array().size(), 2u);
  EXPECT_TRUE(Json::array({}).as_array().empty());
  EXPECT_TRUE(Json::object().as_object().empty());
}

TEST(Json, set_replaces_and_keeps_the_place) {
  JsonObject object;
  object.set("a", 1);
  object.set("b", 2);
  object.set("a", 3);
  EXPECT_EQ(Json(object).dump(), R"({"a":3,"b":2})");
  EXPECT_TRUE(object.erase("a"));
  EXPECT_FALSE(object.erase("a"));
  EXPECT_EQ(object.size(), 1u);
}

TEST(Json, brackets_make_the_member_that_is_missing) {
  Json value;
  value["a"]["b"] = 1;
  EXPECT_EQ(value.dump(), R"({"a":{"b":1}})");
  Json number = 5;
  EXPECT_THROW(number["a"], Error);
}

TEST(Json, reading_another_type_names_both) {
  try {
    Json("x").as_array();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_STREQ(error.what(), "expected array, found string");
  }
  EXPECT_THROW(Json(1).as_string(), Error);
  EXPECT_THROW(Json("1").as_double(), Error);
  EXPECT_THROW(Json(Json::object()).at("missing"), Error);
}

TEST(Json, whole_numbers_of_every_type_read_as_int64) {
  EXPECT_EQ(Json(5).as_int64(), 5);
  EXPECT_EQ(Json::int64(1LL << 62).as_int64(), 1LL << 62);
  EXPECT_EQ(Json(5.0).as_int64(), 5);
  for (const double value : {1.5, 1e19, -1e19, 9223372036854775808.0, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()})
    EXPECT_THROW(Json(value).as_int64(), Error) << value;
}

TEST(Json, find_gives_nothing_where_there_is_no_object) {
  EXPECT_EQ(Json(1).find("a"), nullptr);
  EXPECT_EQ(Json::object().find("a"), nullptr);
  EXPECT_NE((Json{{"a", 1}}.find("a")), nullptr);
}

TEST(Json, types_have_mongodbs_names) {
  EXPECT_EQ(type_name(Json()), "null");
  EXPECT_EQ(type_name(Json(true)), "bool");
  EXPECT_EQ(type_name(Json(1)), "int");
  EXPECT_EQ(type_name(Json::int64(1)), "long");
  EXPECT_EQ(type_name(Json(1.5)), "double");
  EXPECT_EQ(type_name(Json("")), "string");
  EXPECT_EQ(type_name(Json::array({})), "array");
  EXPECT_EQ(type_name(Json::object()), "object");
  EXPECT_EQ(type_name(Json(ObjectId())), "objectId");
  EXPECT_EQ(type_name(Json(Date{})), "date");
  EXPECT_EQ(type_name(Json(Binary{})), "binData");
  EXPECT_EQ(type_name(Json(RareBson{0x0B, {}})), "regex");
  EXPECT_EQ(type_name(Json(RareBson{0x13, {}})), "decimal");
  EXPECT_EQ(type_name(Json(RareBson{0xFF, {}})), "minKey");
  EXPECT_EQ(type_name(Json(RareBson{0x7F, {}})), "maxKey");
}

}  // namespace
}  // namespace taskrunner
