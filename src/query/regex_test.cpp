#include "query/regex.hpp"

#include "query/limits.hpp"

#include <taskrunner/error.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace taskrunner {
namespace {

double seconds_of(const auto& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

TEST(Regex, finds_anywhere_in_a_long_text) {
  const std::string text = std::string(1'000'000, 'x') + "needle";
  EXPECT_TRUE(Regex("needle", "").found_in(text));
  EXPECT_TRUE(Regex("x+needle$", "").found_in(text));
  EXPECT_TRUE(Regex("^x.*e$", "").found_in(text));
  EXPECT_FALSE(Regex("needles", "").found_in(text));
}

TEST(Regex, what_would_take_forever_ends_soon_and_does_not_match) {
  const std::string a(1'000'000, 'a'), ab = [] {
    std::string text;
    for (int i = 0; i < 500'000; ++i) text += "ab";
    return text;
  }();
  for (const char* pattern : {"(a+)+$", "(a|a)*c", "(a*)*b\\b", "^(([a-z])+.)+[A-Z]([a-z])+$", "([ab]*c)+d", "(?:a?){50}a{50}z", "(.*)\\1z", "(?=(a+))\\1z",
                              "(?<!b)a+?z", "(a*)(a*)(a*)(a*)z"}) {
    const Regex regex(pattern, "");
    for (const std::string& text : {a + "!", ab}) {
      bool found = true;
      // A budget of steps, not of time: the bound here only has to tell it from hours.
      EXPECT_LT(seconds_of([&] { found = regex.found_in(text); }), 10.0) << pattern;
      EXPECT_FALSE(found) << pattern;
    }
  }
}

TEST(Regex, text_that_is_no_utf8_does_not_match) { EXPECT_FALSE(Regex("a", "").found_in("a\xff")); }

TEST(Regex, options_are_sorted_and_each_once) {
  EXPECT_EQ(Regex("a", "smis").options(), "ims");
  EXPECT_TRUE(Regex("É", "i").found_in("é"));
}

TEST(Regex, a_bad_pattern_is_refused_with_the_place) {
  try {
    Regex("ab(c", "");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid_argument);
    EXPECT_NE(std::string(error.what()).find("at byte 4"), std::string::npos) << error.what();
  }
  for (const std::string& pattern : {std::string("["), std::string("*"), std::string(200, '(') + std::string(200, ')'), std::string("\\C"),
                                     std::string("(((a{60000}){60000}){60000})"), std::string("a\xff")})
    EXPECT_THROW(Regex(pattern, ""), Error) << pattern;
}

}  // namespace
}  // namespace taskrunner
