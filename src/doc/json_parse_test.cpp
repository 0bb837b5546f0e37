#include "doc/json_parse.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <random>

namespace taskrunner {
namespace {

std::string type_of(const char* text) { return std::string(type_name(Json::parse(text))); }

std::string refusal(std::string_view text) {
  try {
    Json::parse(text);
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(JsonParse, reads_every_kind_of_value) {
  EXPECT_EQ(Json::parse(R"( {"a": [1, "x", null, true, false, {}], "b": []} )").dump(),
            R"({"a":[1,"x",null,true,false,{}],"b":[]})");
  EXPECT_EQ(Json::parse(R"("\u0041\n\ud83d\ude00é")"), Json("A\n😀é"));
  EXPECT_EQ(Json::parse("5"), Json(5));
}

TEST(JsonParse, numbers_take_the_types_of_the_contract) {
  EXPECT_EQ(type_of("5"), "int");
  EXPECT_EQ(type_of("-2147483648"), "int");
  EXPECT_EQ(type_of("2147483648"), "double");
  EXPECT_EQ(type_of("9007199254740993"), "long");
  EXPECT_EQ(type_of("9223372036854775807"), "long");
  EXPECT_EQ(type_of("9223372036854775808"), "double");
  EXPECT_EQ(type_of("-9223372036854775808"), "double");
  EXPECT_EQ(type_of("1.5"), "double");
  EXPECT_EQ(type_of("5.0"), "int");
  EXPECT_EQ(type_of("1e3"), "int");
  EXPECT_EQ(type_of("1e300"), "double");
  EXPECT_EQ(type_of("-0"), "double");
  EXPECT_EQ(type_of("-0.0"), "double");
  EXPECT_TRUE(std::signbit(Json::parse("-0").as_double()));
}

TEST(JsonParse, an_integer_that_nothing_holds_exactly_is_refused_by_its_digits) {
  EXPECT_NE(refusal("[9223372036854775809]").find("the number 9223372036854775809 fits no BSON type"), std::string::npos);
  EXPECT_NE(refusal("18446744073709551617").find("18446744073709551617"), std::string::npos);
  EXPECT_NE(refusal("-9223372036854775809").find("-9223372036854775809"), std::string::npos);
  EXPECT_NE(refusal("1e999").find("1e999"), std::string::npos);
}

TEST(JsonParse, every_double_is_the_nearest_one) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::uniform_real_distribution<>(-1000, 1000)(engine);
    char digits[32];
    const std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    ASSERT_EQ(Json::parse("[" + text + "]").as_array()[0].as_double(), value) << text;
  }
  EXPECT_EQ(Json::parse("1.7976931348623157e308").as_double(), 1.7976931348623157e308);
  EXPECT_EQ(Json::parse("5e-324").as_double(), 5e-324);
}

TEST(JsonParse, bad_syntax_is_refused_with_its_place) {
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\":}", "{a:1}", "nul", "01", "+1", "1.", ".5", "NaN", "Infinity", "'x'",
                           "\"x", "[1] 2", "{\"a\":1,}", "// x\n1", "\"\\x\"", "\"a\nb\"", "\"\xff\"", "\"\\ud800\"", "1 1"})
    EXPECT_NE(refusal(text).find("at byte"), std::string::npos) << text << ": " << refusal(text);
}

TEST(JsonParse, a_hundred_levels_are_read_and_one_more_is_refused) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(refusal(nested(100)), "accepted");
  EXPECT_NE(refusal(nested(101)), "accepted");
  EXPECT_NE(refusal(std::string(1'000'000, '[')), "accepted");
}

TEST(JsonParse, of_a_repeated_name_the_last_value_counts) {
  EXPECT_EQ(Json::parse(R"({"a":1,"b":2,"a":3})").dump(), R"({"a":3,"b":2})");
  std::string text = "{";
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 100; ++i) text += "\"k" + std::to_string(i) + "\":" + std::to_string(round) + ",";
  text.back() = '}';
  const Json value = Json::parse(text);
  ASSERT_EQ(value.as_object().size(), 100u);
  for (const auto& [name, member] : value.as_object()) EXPECT_EQ(member, Json(1)) << name;
  EXPECT_EQ(value.as_object().begin()->first, "k0");
}

TEST(JsonParse, many_names_take_time_in_proportion) {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"name" + std::to_string(i) + "\":0,";
  text.back() = '}';
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Json::parse(text).as_object().size(), 200'000u);
  // Looking for each name among all others would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(JsonNumber, is_an_int_where_it_is_whole_and_fits) {
  EXPECT_EQ(json_number(5.0), Json(5));
  EXPECT_EQ(json_number(5.5), Json(5.5));
  EXPECT_EQ(type_name(json_number(-0.0)), "double");
  EXPECT_EQ(type_name(json_number(3e9)), "double");
  EXPECT_EQ(type_name(json_number(std::nan(""))), "double");
}

TEST(FromBoostJson, values_come_over_in_kind) {
  const boost::json::value value = {{"a", 1}, {"b", {1.5, nullptr, true, "x"}}, {"c", boost::json::object()}};
  EXPECT_EQ(from_boost_json(value).dump(), R"({"a":1,"b":[1.5,null,true,"x"],"c":{}})");
  EXPECT_EQ(type_name(from_boost_json(5.0)), "int");
}

TEST(FromBoostJson, depth_counts_what_stands_within_each_other) {
  EXPECT_EQ(depth_of(5), 0U);
  EXPECT_EQ(depth_of(boost::json::array()), 1U);
  EXPECT_EQ(depth_of({{"a", {1, {{"b", 2}}}}, {"c", 3}}), 3U);
}

}  // namespace
}  // namespace taskrunner
