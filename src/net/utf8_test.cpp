#include "net/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace taskrunner::net {
namespace {

TEST(Utf8, TakesTheFirstAndLastCharacterOfEveryLength) {
  for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xef\xbf\xbf", "\xed\x9f\xbf",
                           "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8("eight ascii bytes and more, then κόσμε"));
}

TEST(Utf8, RefusesOverlongSurrogatesTooLargeAndBrokenOnes) {
  for (const char* text :
       {"\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xc3(", "a\xe2(\xa1"})
    EXPECT_FALSE(is_utf8(text));
}

TEST(Utf8, JudgesTextTheSameHoweverItIsCut) {
  const std::string good = "abcdefgh\xf0\x9f\x98\x80κόσμεzz";
  for (std::size_t cut = 0; cut <= good.size(); ++cut) {
    Utf8Validator validator;
    EXPECT_TRUE(validator.feed(good.substr(0, cut)) && validator.feed(good.substr(cut)) && validator.complete());
  }
}

TEST(Utf8, FailsAtTheFirstByteThatCannotBeRight) {
  Utf8Validator validator;
  EXPECT_TRUE(validator.feed("ok \xed"));
  EXPECT_FALSE(validator.feed("\xa0"));
}

}  // namespace
}  // namespace taskrunner::net
