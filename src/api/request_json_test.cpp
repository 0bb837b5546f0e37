#include "api/request_json.hpp"

#include <taskrunner/error.hpp>

#include "api/own_names.hpp"
#include "api/subscription_token.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace taskrunner::api {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(NewTaskFrom, TakesWhatAClientMaySetAndIgnoresTheRest) {
  const NewTask task = new_task_from(
      Json::parse(R"({"versionedTopic":"a#1","data":{"n":{"$numberLong":"5"}},"priority":2,"waitUntil":"+10s",
                      "uniqueKey":"k","maxAttempts":3,"state":"completed","_id":"x"})"),
      1'000);
  EXPECT_EQ(task.versioned_topic, "a#1");
  EXPECT_EQ(task.data->at("n"), Json::int64(5));
  EXPECT_EQ(task.wait_until_ms, 11'000);
  EXPECT_EQ(task.max_attempts, 3);
  EXPECT_TRUE(task.id.is_zero());
}

TEST(NewTaskFrom, NullIsAbsentAndTheTopicHasADefault) {
  const NewTask task = new_task_from(Json::parse(R"({"priority":null,"uniqueKey":null})"), 0);
  EXPECT_EQ(task.versioned_topic, "default#1");
  EXPECT_FALSE(task.priority);
  EXPECT_FALSE(task.data);
}

TEST(NewTaskFrom, WhatIsWrongIsNamed) {
  const auto add = [](const char* text) { return [text] { new_task_from(Json::parse(text), 0); }; };
  EXPECT_THAT(add("5"), ThrowsMessage<Error>(HasSubstr("object")));
  EXPECT_THAT(add(R"({"versionedTopic":""})"), ThrowsMessage<Error>(HasSubstr("versionedTopic")));
  EXPECT_THAT(add(R"({"waitUntil":"tomorrow"})"), ThrowsMessage<Error>(HasSubstr("tomorrow")));
  EXPECT_THAT(add(R"({"maxAttempts":0})"), ThrowsMessage<Error>(HasSubstr("maxAttempts")));
  EXPECT_THAT(add(R"({"dependsOn":["x"]})"), ThrowsMessage<Error>(HasSubstr("dependsOn")));
}

TEST(SubscriptionTokens, OnlyItsOwnAreTakenAndEachForItsQueryOnly) {
  SubscriptionTokens tokens;
  SubscriptionTokens others;
  const std::string token = tokens.make("query");
  EXPECT_TRUE(tokens.is_ours(token, "query"));
  EXPECT_NE(token, tokens.make("query"));
  EXPECT_FALSE(tokens.is_ours(token, "another"));
  EXPECT_FALSE(tokens.is_ours(others.make("query"), "query"));
  for (const std::string& wrong : {token.substr(0, token.size() - 1), token + "0", "2" + token, std::string(), std::string("1."), std::string("x")})
    EXPECT_FALSE(tokens.is_ours(wrong, "query")) << wrong;
}

TEST(OwnNames, AForeignNameThatLeadsToLoopbackIsNotOurs) {
  const OwnNames names("127.0.0.1", {"https://tasks.example.com/"});
  for (const char* host : {"127.0.0.1:8080", "localhost:8080", "LOCALHOST", "[::1]:8080", "tasks.example.com"})
    EXPECT_TRUE(names.is_own_host(host)) << host;
  EXPECT_FALSE(names.is_own_host("evil.example:8080"));
  EXPECT_TRUE(names.allows("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(names.allows("https://tasks.example.com", "127.0.0.1:8080"));
  EXPECT_FALSE(names.allows("http://evil.example:8080", "evil.example:8080"));
  EXPECT_FALSE(names.allows("http://127.0.0.1:9000", "127.0.0.1:8080"));
  EXPECT_FALSE(names.allows("null", "127.0.0.1:8080"));
}

}  // namespace
}  // namespace taskrunner::api
