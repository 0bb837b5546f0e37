#include "net/cookies.hpp"

#include <gtest/gtest.h>

namespace taskrunner::net {
namespace {

TEST(Cookies, OneIsFoundAmongOthers) {
  const HttpFields headers{{"Cookie", "a=1; b = 2 ;c=x=y"}, {"cookie", "d=4"}};
  EXPECT_EQ(cookie(headers, "a"), "1");
  EXPECT_EQ(cookie(headers, "b"), "2");
  EXPECT_EQ(cookie(headers, "c"), "x=y");
  EXPECT_EQ(cookie(headers, "d"), "4");
  EXPECT_EQ(cookie(headers, "e"), std::nullopt);
  EXPECT_EQ(cookie(headers, "A"), std::nullopt);
  EXPECT_EQ(cookie({}, "a"), std::nullopt);
}

TEST(Cookies, OneThatStandsTwiceIsNone) {
  EXPECT_EQ(cookie({{"Cookie", "a=1; a=1"}}, "a"), std::nullopt);
  EXPECT_EQ(cookie({{"Cookie", "a=1"}, {"Cookie", "a=2"}}, "a"), std::nullopt);
}

TEST(Cookies, WhatIsMalformedIsPassedOver) {
  EXPECT_EQ(cookie({{"Cookie", ";;; =; a; b=2;"}}, "b"), "2");
  EXPECT_EQ(cookie({{"Cookie", "a="}}, "a"), "");
  EXPECT_EQ(cookie({{"Cookie", "a"}}, "a"), std::nullopt);
}

TEST(Cookies, TheyAreSetForThisHostAloneAndNoScript) {
  EXPECT_EQ(set_cookie("a", "1", {true, 60}), "a=1; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(set_cookie("a", "", {}), "a=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace taskrunner::net
