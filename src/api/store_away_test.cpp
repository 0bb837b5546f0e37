// What clients are told while the store cannot be reached.

#include "api/door_fixture.hpp"

namespace taskrunner::api {
namespace {

TEST_F(DoorTest, WhileTheStoreIsAwayHttpAnswers503AndWhenToTryAgain) {
  const std::string id = "0123456789abcdef01234567";
  runner.handle("noop#1", make_factory([](const Json& data, Context&) { return data; }), {});
  store->is_away = true;
  std::vector<net::testing::TestClient::Answer> answers;
  for (const std::string path : {"/api/v1/tasks", "/api/v1/hosts", "/metrics", "/readyz", "/api/v1/tasks/export"})
    answers.push_back(get(path));
  answers.push_back(get("/api/v1/tasks/" + id));
  answers.push_back(get("/api/v1/tasks/" + id + "/logs"));
  answers.push_back(http().post("/api/v1/tasks", R"({"versionedTopic":"noop#1"})", "Content-Type: application/json\r\n"));
  answers.push_back(http().post("/api/v1/tasks/" + id + "/stop", ""));
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_NE(answer.head.find("\r\nRetry-After: 1\r\n"), std::string::npos) << answer.head;
    EXPECT_EQ(Json::parse(answer.body).at("status").as_int64(), 503);
  }
  EXPECT_NE(answers[0].body.find("the store is away"), std::string::npos);
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(DoorTest, WhileTheStoreIsAwayRequestsByASocketAreAnsweredByTextAndGoOnAfterwards) {
  runner.handle("noop#1", make_factory([](const Json& data, Context&) { return data; }), {});
  auto client = peer();
  store->is_away = true;
  EXPECT_EQ(client.ask("add", R"({"versionedTopic":"noop#1"})").at(0), Json("the store is away: try again later"));
  EXPECT_EQ(client.ask("subscribeQuery", "{}").at(0).at("error"), Json("the store is away: try again later"));
  store->is_away = false;
  EXPECT_EQ(client.ask("add", R"({"versionedTopic":"noop#1"})").at(0).at("versionedTopic"), Json("noop#1"));
  EXPECT_EQ(client.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 1u);
}

}  // namespace
}  // namespace taskrunner::api
