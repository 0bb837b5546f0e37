// A host that relays: clients of one host in the namespaces of tasks that another one runs.

#include "api/relay_fixture.hpp"
#include "api/relay_target.hpp"

namespace taskrunner::api {
namespace {

TEST(RelayTarget, OnlyTheNamespaceOfTheTaskAtALiveHostIsGoneTo) {
  std::vector<SessionInfo> sessions(2);
  sessions[0].base_url = "http://b:80";
  sessions[1].base_url = "http://dead:80";
  sessions[1].lost = true;
  TaskRecord task;
  const auto target = [&](const std::string& url) {
    task.public_url = url;
    return relay_target(task, sessions, "http://a:80");
  };
  const std::string place = "/tasks/" + task.id.hex();
  EXPECT_EQ(target("http://b:80" + place).origin, "http://b:80");
  for (const std::string& wrong : std::vector<std::string>{"http://dead:80" + place, "http://evil:80" + place, "http://b:80/tasks/0123456789abcdef01234567",
                                   "http://b:80", "http://b:80@evil" + place, std::string()}) {
    EXPECT_EQ(target(wrong).origin, "");
    EXPECT_NE(target(wrong).refusal.find("'" + wrong + "' is that of no live host"), std::string::npos);
  }
  sessions[0].base_url = "http://a:80";
  EXPECT_EQ(target("http://a:80" + place).refusal, "The task does not run here");
}

TEST_F(RelayTest, AClientHereSeesAndSteersATaskThatRunsThere) {
  const auto there = start_there();
  const ObjectId id = start_task();
  auto client = peer_here("/tasks/" + id.hex());
  EXPECT_EQ(client.next().at(1).at("text").as_string(), "first");
  EXPECT_EQ(client.next().at(1).at("text").as_string(), "second");
  const JsonArray first = client.next();
  EXPECT_EQ(first.at(0).as_string(), "task");
  EXPECT_EQ(first.at(1).at("publicUrl").as_string(), here_url(id));
  EXPECT_EQ(first.at(1).at("worker").as_string(), "there");

  EXPECT_TRUE(client.ask("retry", "null").at(0).is_string());
  const Json asked = client.ask("stop", "null").at(0);
  EXPECT_EQ(asked.at("id").as_string(), id.hex());
  EXPECT_EQ(asked.at("publicUrl").as_string(), here_url(id));
  EXPECT_EQ(store->get(id)->signal->op, SignalOp::stop);

  go_on.set_value();
  std::vector<std::string> rest;
  Json last;
  for (JsonArray event = client.next(); event[0].as_string() != "disconnect"; event = client.next()) {
    rest.push_back(event[0].as_string());
    if (rest.back() == "task") last = event[1];
    if (rest.back() == "log") rest.back() += " " + event[1].at("text").as_string();
  }
  EXPECT_NE(std::find(rest.begin(), rest.end(), "log last"), rest.end());
  EXPECT_EQ(last.at("state").as_string(), "completed");
}

TEST_F(RelayTest, ClientsAreToldThisHostsAddressEverywhereAndTheStoreKeepsTheOther) {
  const auto there = start_there();
  auto watcher = peer_here("/tasks");
  EXPECT_TRUE(watcher.next().at(1).at("relay").as_bool());
  EXPECT_EQ(watcher.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 0u);
  const ObjectId id = start_task();
  std::string told;
  while (told.empty()) {
    const JsonArray event = watcher.next();
    const Json* doc = event.at(1).find("doc");
    if (doc && doc->find("publicUrl")) told = doc->at("publicUrl").as_string();
  }
  const std::string wanted = "\"publicUrl\":\"" + here_url(id) + "\"";
  EXPECT_EQ(told, here_url(id));
  EXPECT_NE(Json(watcher.ask("subscribeQuery", "{}")).dump().find(wanted), std::string::npos);
  EXPECT_NE(Json(watcher.ask("get", "{\"id\":\"" + id.hex() + "\"}")).dump().find(wanted), std::string::npos);
  for (const std::string& path : {std::string("/api/v1/tasks"), "/api/v1/tasks/" + id.hex()})
    EXPECT_NE(http_here().get(path).body.find(wanted), std::string::npos) << path;
  auto stream = http_here();
  stream.send("GET /api/v1/tasks/watch HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(stream.until(wanted), "");
  EXPECT_EQ(store->get(id)->public_url, there->url + "/tasks/" + id.hex());

  // Queries are about what is stored.
  Query query;
  query.filter = Json{{"publicUrl", there->url + "/tasks/" + id.hex()}};
  const Json by_url = watcher.ask("subscribeQuery", Json{{"queryObj", query.filter}}.dump()).at(0);
  EXPECT_EQ(by_url.at("list").as_array().size(), 1u);
  go_on.set_value();
}

TEST_F(RelayTest, WhereTheHostCannotBeReachedTheClientIsToldWhy) {
  const auto there = start_there("http://127.0.0.1:1");
  const ObjectId id = start_task();
  const std::string answer = peer_here("/tasks/" + id.hex()).answer();
  EXPECT_TRUE(answer.starts_with("44/tasks/" + id.hex())) << answer;
  EXPECT_NE(answer.find("cannot be reached from this one: cannot reach http://127.0.0.1:1"), std::string::npos) << answer;
  EXPECT_NE(answer.find(R"("data":{"state":"running","publicUrl":")" + here_url(id) + "\"}"), std::string::npos) << answer;
  go_on.set_value();
}

TEST_F(RelayTest, ATaskThatRunsNowhereIsRefusedAsByAnyHost) {
  NewTask task;
  task.id = random->object_id(0);
  task.versioned_topic = "log#1";
  store->add(std::span(&task, 1));
  const std::string answer = peer_here("/tasks/" + task.id.hex()).answer();
  EXPECT_NE(answer.find(R"({"message":"The task does not run here","data":{"state":"to do"}})"), std::string::npos) << answer;
}

TEST_F(RelayTest, WhoDoesNotReadHoldsUpItsOwnRelayOnlyAndMissesNothing) {
  more_lines = 4'000;
  const std::size_t soft_limit_bytes = 1024 * 1024;
  const auto there = start_there();
  const ObjectId id = start_task();
  const std::string polling = "/socket.io/?EIO=4&transport=polling";
  const std::string open = http_here().get(polling).body;
  const std::size_t sid = open.find("\"sid\":\"") + 7;
  const std::string slow = polling + "&sid=" + open.substr(sid, open.find('"', sid) - sid);
  http_here().post(slow, "40/tasks/" + id.hex() + ",");
  const auto lines_in = [](std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find("\"time\""); at != std::string_view::npos; at = text.find("\"time\"", at + 1)) ++count;
    return count;
  };
  std::size_t slow_lines = 0;
  while (slow_lines < 2) slow_lines += lines_in(http_here().get(slow).body);  // it is in

  auto reader = peer_here("/tasks/" + id.hex());
  go_on.set_value();
  int lines = 0;
  for (JsonArray event = reader.next(); event[0].as_string() != "disconnect"; event = reader.next())
    lines += event[0].as_string() == "log";
  EXPECT_EQ(lines, more_lines + 3);

  const std::string metrics = http_here().get("/metrics").body;
  const std::string name = "\ntaskrunner_socketio_queued_bytes ";
  EXPECT_LT(std::stoul(metrics.substr(metrics.find(name) + name.size())), soft_limit_bytes + 2'000);
  while (slow_lines < static_cast<std::size_t>(more_lines) + 3) {
    const auto answer = http_here().get(slow);
    ASSERT_EQ(answer.status, 200);
    slow_lines += lines_in(answer.body);
  }
}

TEST_F(RelayTest, WhenTheRunnerHereGoesItsRelayedClientsAreSentAway) {
  const auto there = start_there();
  const ObjectId id = start_task();
  auto client = peer_here("/tasks/" + id.hex());
  here.door.detach(here.runner);
  JsonArray event = client.next();
  while (event[0].as_string() != "disconnect") event = client.next();
  go_on.set_value();
}

}  // namespace
}  // namespace taskrunner::api
