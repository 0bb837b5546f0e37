// What an identity may not see is, in every list, look-up and action, as what is not there.

#include "api/rights_fixture.hpp"

namespace taskrunner::api {
namespace {

std::string with_id(const ObjectId& id) { return R"({"id":")" + id.hex() + "\"}"; }

/// The text as if it spoke of the other thing.
std::string about(const std::string& other, std::string text, const std::string& thing) {
  for (std::size_t at = text.find(thing); at != std::string::npos; at = text.find(thing)) text.replace(at, thing.size(), other);
  return text;
}

std::vector<std::string> ids_of(const Json& list) {
  std::vector<std::string> ids;
  for (const Json& task : list.as_array()) ids.push_back(task.at("id").as_string());
  return ids;
}

TEST_F(RightsTest, OnTheSocketAForeignTaskIsAnsweredAsOneThatIsNotThere) {
  const ObjectId foreign = add_waiting("you");
  const TaskPtr before = store->get(foreign);
  auto me = peer_of("me");
  for (const char* event : {"get", "explain", "remove", "stop", "pause", "resume", "retry"}) {
    const std::string answer = Json(me.ask(event, with_id(foreign))).dump();
    EXPECT_EQ(about(absent.hex(), answer, foreign.hex()), Json(me.ask(event, with_id(absent))).dump()) << event;
    EXPECT_NE(answer.find("there is no task"), std::string::npos) << event << answer;
  }
  ASSERT_TRUE(store->get(foreign));
  EXPECT_EQ(*store->get(foreign), *before);
}

TEST_F(RightsTest, OverHttpAForeignTaskIsAnsweredAsOneThatIsNotThere) {
  const ObjectId foreign = add_waiting("you");
  const TaskPtr before = store->get(foreign);
  const std::vector<std::pair<std::string, std::string>> requests = {
      {"GET", ""}, {"DELETE", ""}, {"GET", "/explain"}, {"GET", "/logs"}, {"POST", "/stop"}, {"POST", "/pause"}, {"POST", "/resume"}, {"POST", "/retry"}};
  for (const auto& [method, verb] : requests) {
    const auto answer = send_as("me", method, "/api/v1/tasks/" + foreign.hex() + verb);
    const auto wanted = send_as("me", method, "/api/v1/tasks/" + absent.hex() + verb);
    EXPECT_EQ(answer.status, 404) << method << verb;
    EXPECT_EQ(answer.status, wanted.status) << method << verb;
    EXPECT_EQ(about(absent.hex(), answer.body, foreign.hex()), wanted.body) << method << verb;
  }
  ASSERT_TRUE(store->get(foreign));
  EXPECT_EQ(*store->get(foreign), *before);
}

TEST_F(RightsTest, ItsOwnTasksAnIdentityReadsAndChanges) {
  const ObjectId own = add_waiting("me");
  auto me = peer_of("me");
  EXPECT_EQ(me.ask("get", with_id(own)).at(0).at("id").as_string(), own.hex());
  EXPECT_EQ(me.ask("explain", with_id(own)).at(0).at("why").as_string(), "not-yet");
  EXPECT_EQ(me.ask("stop", with_id(own)).at(0).at("state").as_string(), "completed");
  EXPECT_EQ(send_as("me", "DELETE", "/api/v1/tasks/" + own.hex()).status, 204);
}

TEST_F(RightsTest, ListsHoldOwnTasksOnlyWhateverIsAskedFor) {
  const ObjectId own = add_waiting("me");
  add_waiting("you");
  auto me = peer_of("me");
  for (const char* filter : {"{}", R"({"$or":[{},{"applicant":"you"}]})", R"({"$nor":[{"applicant":"me"},{"applicant":"x"}]})"}) {
    const Json list = me.ask("subscribeQuery", std::string(R"({"queryObj":)") + filter + "}").at(0).at("list");
    const std::string listed = get_as("me", "/api/v1/tasks?query=" + net::testing::percent_encoded(filter)).body;
    EXPECT_EQ(ids_of(list), ids_of(Json::parse(listed))) << filter;
    for (const std::string& id : ids_of(list)) EXPECT_EQ(id, own.hex()) << filter;
  }
  EXPECT_EQ(Json::parse(get_as("me", "/api/v1/tasks").body).as_array().size(), 1u);
  EXPECT_EQ(Json::parse(get_as("all", "/api/v1/tasks").body).as_array().size(), 2u);
}

TEST_F(RightsTest, ChangesOfForeignTasksAreNotTold) {
  auto me = peer_of("me");
  EXPECT_EQ(me.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 0u);
  auto stream = http();
  stream.send("GET /api/v1/tasks/watch HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer me\r\n\r\n");
  EXPECT_NE(stream.until("event: list\ndata: []"), "");
  add_waiting("you");
  const ObjectId own = add_waiting("me");
  const JsonArray change = me.next();
  EXPECT_EQ(change.at(1).at("seq").as_int64(), 1);
  EXPECT_EQ(change.at(1).at("position").as_int64(), 0);
  EXPECT_EQ(change.at(1).at("id").as_string(), own.hex());
  const std::string event = stream.until("\"doc\"");
  EXPECT_NE(event.find(own.hex()), std::string::npos) << event;
  EXPECT_NE(event.find("\"seq\":1,"), std::string::npos) << event;
}

TEST_F(RightsTest, ASubscriptionIsGoneOnWithByItsOwnIdentityOnly) {
  add_waiting("me");
  auto first = peer_of("me");
  const std::string id = first.ask("subscribeQuery", "{}").at(0).at("subscriptionId").as_string();
  const std::string resume = R"({"resume":{"subscriptionId":")" + id + R"(","seq":0}})";
  clients->known["you"] = Identity{"you", Role::admin, clients->known["me"].access};  // not even with the same rows
  for (const char* other : {"all", "you"}) {
    const Json answer = peer_of(other).ask("subscribeQuery", resume).at(0);
    EXPECT_TRUE(answer.at("reset").as_bool()) << other;
    EXPECT_NE(answer.at("subscriptionId").as_string(), id) << other;
    auto stream = http();
    stream.send("GET /api/v1/tasks/watch HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + std::string(other) +
                "\r\nLast-Event-ID: " + id + ":0\r\n\r\n");
    EXPECT_NE(stream.until("event: list\n"), "") << other;
  }
  EXPECT_TRUE(peer_of("me").ask("subscribeQuery", resume).at(0).at("resumed").as_bool());
}

TEST_F(RightsTest, WhatIsAddedIsTheIdentitysAndWithinItsSight) {
  runner.handle("echo#1", make_factory([](const Json& data, Context&) { return data; }), {});
  auto me = peer_of("me");
  const Json added = me.ask("add", R"({"versionedTopic":"echo#1","waitUntil":"+1h","applicant":"you"})").at(0);
  EXPECT_EQ(added.at("applicant").as_string(), "me");
  const auto posted = send_as("me", "POST", "/api/v1/tasks", R"([{"versionedTopic":"echo#1","waitUntil":"+1h"}])");
  EXPECT_EQ(Json::parse(posted.body).as_array().at(0).at("applicant").as_string(), "me");

  clients->known["urgent"] = Identity{"u", Role::admin, access_of({Json{{"priority", 9}}})};
  const std::string outside = R"({"versionedTopic":"echo#1","waitUntil":"+1h","priority":1})";
  EXPECT_EQ(send_as("urgent", "POST", "/api/v1/tasks", outside).status, 403);
  EXPECT_EQ(send_as("urgent", "POST", "/api/v1/tasks", "[" + outside + "]").status, 207);
  EXPECT_TRUE(peer_of("urgent").ask("add", outside).at(0).is_string());
  EXPECT_TRUE(peer_of("urgent").ask("addMany", "[" + outside + "]").at(0).as_array().at(0).is_string());
  EXPECT_EQ(store->find({}).size(), 2u);
}

TEST_F(RightsTest, AForeignTopicIsAsOneThatNoHostHas) {
  for (const char* topic : {"echo#1", "else#1"})
    runner.handle(topic, make_factory([](const Json& data, Context&) { return data; }), {});
  runner.start();
  EXPECT_TRUE(net::testing::run_until(io, [&] { return runner.is_ready(); }));  // its session lists its topics
  auto echo = peer_of("echo");
  EXPECT_EQ(echo.next().at(1).at("topics").as_array().size(), 1u);
  const auto add = [&](const std::string& topic) {
    return about("it", Json(echo.ask("add", R"({"versionedTopic":")" + topic + R"(","waitUntil":"+1h"})")).dump(), topic);
  };
  EXPECT_EQ(add("else#1"), add("nope#1"));
  EXPECT_NE(add("echo#1"), add("nope#1"));
  const auto post = [&](const std::string& topic) {
    const auto answer = send_as("echo", "POST", "/api/v1/tasks", R"({"versionedTopic":")" + topic + R"(","waitUntil":"+1h"})");
    return std::to_string(answer.status) + about("it", answer.body, topic);
  };
  EXPECT_EQ(post("else#1"), post("nope#1"));
  const std::string hosts = get_as("echo", "/api/v1/hosts").body;
  EXPECT_NE(hosts.find("echo#1"), std::string::npos);
  EXPECT_EQ(hosts.find("else#1"), std::string::npos);
}

TEST_F(RightsTest, ADuplicateOfAForeignTaskSaysNothingOfIt) {
  runner.handle("echo#1", make_factory([](const Json& data, Context&) { return data; }), {});
  const std::string same = R"({"versionedTopic":"echo#1","waitUntil":"+1h","uniqueKey":"k","data":{"secret":7}})";
  const std::string other = R"({"versionedTopic":"echo#1","waitUntil":"+1h","uniqueKey":"k","data":8})";
  const ObjectId foreign = ObjectId::from_hex(peer_of("all").ask("add", same).at(0).at("id").as_string()).value();
  auto me = peer_of("me");
  const Json answer = me.ask("add", same).at(0);
  ASSERT_TRUE(answer.is_string()) << answer.dump();
  EXPECT_EQ(answer.as_string().find(foreign.hex()), std::string::npos);
  EXPECT_EQ(answer, me.ask("add", other).at(0));
  EXPECT_EQ(answer, me.ask("addMany", "[" + same + "]").at(0).as_array().at(0));
  EXPECT_EQ(answer, me.ask("addMany", "[" + other + "]").at(0).as_array().at(0));
  const auto posted = send_as("me", "POST", "/api/v1/tasks", same);
  EXPECT_EQ(posted.status, 409);
  EXPECT_EQ(posted.body, send_as("me", "POST", "/api/v1/tasks", other).body);
}

TEST_F(RightsTest, CountsAreOfOwnTasksOnly) {
  for (const char* applicant : {"you", "you", "you", "me", "me"}) {
    NewTask task = new_task(applicant, "work#1");
    store->add(std::span(&task, 1));
  }
  const std::string text = get_as("me", "/metrics").body;
  EXPECT_NE(text.find("taskrunner_tasks{state=\"to do\"} 2\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("taskrunner_adds_total"), std::string::npos);
  EXPECT_NE(get_as("all", "/metrics").body.find("taskrunner_tasks{state=\"to do\"} 5\n"), std::string::npos);
}

}  // namespace
}  // namespace taskrunner::api
