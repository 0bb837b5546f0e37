// What an identity hears of tasks that run: progress, log lines, a task's own namespace.

#include "api/rights_fixture.hpp"

namespace taskrunner::api {
namespace {

std::string place_of(const ObjectId& id) { return "/tasks/" + id.hex(); }

/// The next event of that name.
JsonArray next_of(SocketPeer& peer, const std::string& name) {
  JsonArray event = peer.next();
  while (event[0].as_string() != name && event[0].as_string() != "disconnect") event = peer.next();
  return event;
}

TEST_F(WorkTest, ProgressOfForeignTasksIsNotTold) {
  const auto ids = start_work({"you", "me"});
  auto all = peer_of("all");
  auto me = peer_of("me");
  EXPECT_EQ(next_of(me, "taskRunnerInfo").size(), 2u);
  go_on("you");
  EXPECT_EQ(next_of(all, "progress").at(1).at("taskId").as_string(), ids.at("you").hex());
  go_on("me");
  EXPECT_EQ(next_of(all, "progress").at(1).at("taskId").as_string(), ids.at("me").hex());
  EXPECT_EQ(next_of(me, "progress").at(1).at("taskId").as_string(), ids.at("me").hex());
}

TEST_F(WorkTest, HiddenProgressIsToldToNobodyWithOrWithoutAList) {
  const auto ids = start_work({"me"});
  auto all = peer_of("all");
  auto blind = peer_of("blind");
  auto listing = peer_of("blind");
  EXPECT_EQ(listing.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 1u);
  auto own = peer_of("blind", place_of(ids.at("me")));
  EXPECT_EQ(own.next().at(0).as_string(), "task");
  go_on("me");
  EXPECT_EQ(next_of(all, "progress").at(0).as_string(), "progress");
  EXPECT_EQ(blind.next().at(0).as_string(), "taskRunnerInfo");
  EXPECT_TRUE(blind.ask("get", R"({"id":"x"})").at(0).is_string());
  EXPECT_EQ(blind.heard(), (std::vector<std::string>{"taskRunnerInfo"}));
  EXPECT_TRUE(listing.ask("get", R"({"id":"x"})").at(0).is_string());
  for (const std::string& name : listing.heard()) EXPECT_NE(name, "progress");
  end("me");
  while (own.next()[0].as_string() != "disconnect") {
  }
  for (const std::string& name : own.heard()) EXPECT_EQ(name, "task");
}

TEST_F(WorkTest, TheNamespaceOfAForeignTaskIsRefusedAsThatOfNone) {
  const auto ids = start_work({"you", "me"});
  const std::string foreign = ids.at("you").hex();
  std::string refusal = peer_of("me", place_of(ids.at("you"))).answer();
  for (std::size_t at = refusal.find(foreign); at != std::string::npos; at = refusal.find(foreign)) refusal.replace(at, 24, absent.hex());
  EXPECT_EQ(refusal, peer_of("me", place_of(absent)).answer());
  EXPECT_NE(refusal.find("There is no task"), std::string::npos) << refusal;
  const ObjectId waiting = add_waiting("you");
  EXPECT_EQ(peer_of("me", place_of(waiting)).answer().find("data\":{\"state"), std::string::npos);
  EXPECT_TRUE(peer_of("me", place_of(ids.at("me"))).answer().starts_with("40"));
}

TEST_F(WorkTest, InATasksNamespaceHiddenFieldsAndLogLinesAreNotTold) {
  const auto ids = start_work({"me"});
  auto all = peer_of("all", place_of(ids.at("me")));
  go_on("me");
  EXPECT_EQ(next_of(all, "log").at(1).at("text").as_string(), "a line of me");
  auto blind = peer_of("blind", place_of(ids.at("me")));
  end("me");
  std::vector<JsonArray> events;
  for (JsonArray event = blind.next(); event[0].as_string() != "disconnect"; event = blind.next()) events.push_back(event);
  ASSERT_FALSE(events.empty());
  for (const JsonArray& event : events) {
    EXPECT_EQ(event[0].as_string(), "task");
    for (const char* hidden : {"data", "worker", "progress"}) EXPECT_EQ(event[1].find(hidden), nullptr) << hidden;
    EXPECT_NE(event[1].find("applicant"), nullptr);
  }
  EXPECT_EQ(get_as("blind", "/api/v1/tasks/" + ids.at("me").hex() + "/logs").body, "[]");
  EXPECT_NE(get_as("all", "/api/v1/tasks/" + ids.at("me").hex() + "/logs").body, "[]");
}

TEST_F(WorkTest, ATaskThatGoesOutOfSightTakesItsGuestsAlongAsAtItsEnd) {
  const auto ids = start_work({"me"});
  clients->known["before"] = Identity{"b", Role::admin, access_of({Json{{"signal", nullptr}}})};
  auto before = peer_of("before", place_of(ids.at("me")));
  EXPECT_EQ(next_of(before, "task").at(1).find("signal"), nullptr);
  EXPECT_EQ(peer_of("all").ask("stop", R"({"id":")" + ids.at("me").hex() + "\"}").at(0).at("signal").at("op").as_string(), "stop");
  EXPECT_EQ(before.next().at(0).as_string(), "disconnect");
}

TEST_F(WorkTest, AForeignTasksNumbersAreNotInAnExplanation) {
  start_work({"you", "me"});
  for (const char* applicant : {"you", "you", "me"}) {
    NewTask task = new_task(applicant, "echo#1");
    store->add(std::span(&task, 1));
  }
  SessionInfo host;
  host.id = random->object_id(0);
  host.instance = "echoes";
  host.topics = {"echo#1"};
  host.capacity = 4;
  store->open_session(host, 60'000);
  NewTask last = new_task("me", "echo#1");
  last.id = ObjectId::from_hex("ffffffffffffffffffffffff").value();
  store->add(std::span(&last, 1));
  const auto explained = [&](const std::string& who) {
    return Json::parse(get_as(who, "/api/v1/tasks/" + last.id.hex() + "/explain").body);
  };
  EXPECT_EQ(explained("all").at("ahead").as_int64(), 3);
  EXPECT_NE(explained("all").at("hosts").as_array().at(0).find("held"), nullptr);
  EXPECT_EQ(explained("me").at("ahead").as_int64(), 1);
  EXPECT_EQ(explained("me").at("hosts").as_array().at(0).find("held"), nullptr);
  EXPECT_EQ(get_as("blind", "/api/v1/tasks/" + last.id.hex() + "/explain").status, 403);
  const std::string running = "taskrunner_running_here ";
  EXPECT_NE(get_as("all", "/metrics").body.find(running + "2"), std::string::npos);
  EXPECT_NE(get_as("me", "/metrics").body.find(running + "1"), std::string::npos);
}

TEST_F(WorkTest, WhatIsHiddenIsInNoAnswer) {
  const auto ids = start_work({"me"});
  const std::string id = R"({"id":")" + ids.at("me").hex() + "\"}";
  auto blind = peer_of("blind");
  const std::string removal = blind.ask("remove", id).at(0).as_string();
  EXPECT_EQ(removal.find("here"), std::string::npos) << removal;  // the worker
  EXPECT_NE(peer_of("all").ask("remove", id).at(0).as_string().find("at here"), std::string::npos);
  const Json stopped = blind.ask("stop", id).at(0);
  const Json list = blind.ask("subscribeQuery", "{}").at(0).at("list");
  const Json read = blind.ask("get", id).at(0);
  const Json listed = Json::parse(get_as("blind", "/api/v1/tasks").body);
  for (const Json& task : {list.as_array().at(0), stopped, read, listed.as_array().at(0)})
    for (const char* hidden : {"data", "worker"}) EXPECT_EQ(task.find(hidden), nullptr) << hidden << task.dump();
  for (const char* query : {R"({"queryObj":{"data.secret":7}})", R"({"sort":{"worker":1}})"})
    EXPECT_NE(Json(blind.ask("subscribeQuery", query)).dump().find("may not be asked about"), std::string::npos) << query;
  end("me");
  const JsonArray change = next_of(blind, "change");
  EXPECT_EQ(change.at(1).at("doc").find("data"), nullptr) << Json(change).dump();
}

}  // namespace
}  // namespace taskrunner::api
