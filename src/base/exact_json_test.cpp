#include "base/exact_json.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <string>

namespace taskrunner {
namespace {

namespace json = boost::json;

TEST(ExactJson, reads_what_boost_reads) {
  for (const char* text : {"null", "true", "5", "-0", "18446744073709551615", R"("x\u0041\n")", "[]", "{}", R"([1,[2,{"a":[{}]}],"b"])",
                           R"({"a":{"b":[1,2.5,null]},"a":2,"c":"é"})", " [ 1 , 2 ] "}) {
    json::error_code error;
    EXPECT_EQ(parse_exact_json(text, error, 32), json::parse(text)) << text;
    EXPECT_FALSE(error) << text;
  }
}

TEST(ExactJson, every_double_is_the_nearest_one) {
  std::mt19937_64 engine(1);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::uniform_real_distribution<>(-1, 1)(engine);
    char digits[32];
    const std::string text(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    json::error_code error;
    ASSERT_EQ(parse_exact_json("[" + text + ",1]", error, 32).at(0).as_double(), value) << text;
  }
}

TEST(ExactJson, refuses_what_is_no_value) {
  for (const char* text : {"", " ", "[", "[1,]", "{\"a\":}", "1 2", "nul", "1e999", "\"\xff\"", "[[[[[1]]]]]"}) {
    json::error_code error;
    EXPECT_TRUE(parse_exact_json(text, error, 4).is_null()) << text;
    EXPECT_TRUE(error) << text;
  }
}

}  // namespace
}  // namespace taskrunner
