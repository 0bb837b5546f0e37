#include "net/http_message.hpp"

#include <gtest/gtest.h>

#include "net/origin_policy.hpp"

namespace taskrunner::net {
namespace {

TEST(HttpFields, CompareWithoutRegardToCaseAndKnowTokens) {
  HttpFields fields{{"Connection", "keep-alive, Upgrade"}, {"X", "1"}, {"x", "2"}};
  EXPECT_EQ(fields.get("x"), "1");
  EXPECT_TRUE(fields.has_token("connection", "upgrade"));
  EXPECT_FALSE(fields.has_token("connection", "up"));
  fields.set("X", "3");
  EXPECT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields.get("y"), "");
}

TEST(HttpQuery, DecodesAndKeepsRepeatedNames) {
  const auto query = HttpQuery::parse("a=1&a=%202+x&b&=e&c=%zz&&d=a%3Db");
  EXPECT_EQ(query.all("a"), (std::vector<std::string_view>{"1", " 2 x"}));
  EXPECT_EQ(query.get("b"), "");
  EXPECT_EQ(query.get("c"), "%zz");
  EXPECT_EQ(query.get("d"), "a=b");
  EXPECT_FALSE(query.get("e"));
}

TEST(PercentDecode, GivesNothingForABrokenEscape) {
  EXPECT_EQ(percent_decode("/a%2Fb+c"), "/a/b+c");
  for (const char* text : {"%", "%2", "%zz", "a%2"}) EXPECT_FALSE(percent_decode(text)) << text;
}

TEST(OriginPolicy, LetsOnlyItsOwnOriginInByDefaultAndNeverNamesAnother) {
  const auto fields = [](const OriginPolicy& policy, std::string origin) {
    return cors_fields(policy, HttpFields{{"Host", "h:80"}, {"Origin", std::move(origin)}});
  };
  EXPECT_EQ(fields({}, "http://H:80")->get("Access-Control-Allow-Origin"), "http://H:80");
  for (const char* origin : {"http://h", "http://h:80.evil", "ftp://h:80", "null", "http://x@h:80", ""})
    EXPECT_FALSE(fields({}, origin)) << origin;
  OriginPolicy any;
  any.any = true;
  EXPECT_EQ(fields(any, "http://x")->get("Access-Control-Allow-Origin"), "*");
  EXPECT_EQ(cors_fields({}, HttpFields{{"Host", "h"}})->size(), 0u);
}

}  // namespace
}  // namespace taskrunner::net
