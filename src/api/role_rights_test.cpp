// What a role may do, and who is let in at all.

#include "api/rights_fixture.hpp"

namespace taskrunner::api {
namespace {

constexpr const char* lines = "application/x-ndjson";

TEST_F(RightsTest, WhoIsNotKnownIsRefusedAtEveryDoorAndToldWhy) {
  for (const char* path : {"/api/v1/tasks", "/api/v1/tasks/watch", "/api/v1/tasks/export", "/api/v1/hosts", "/api/v1/nothing", "/metrics"}) {
    const auto answer = get_as("nobody", path);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_NE(answer.head.find("WWW-Authenticate: Bearer\r\n"), std::string::npos) << path;
    EXPECT_NE(answer.body.find("nobody goes by that name"), std::string::npos) << path;
  }
  EXPECT_EQ(send_as("nobody", "POST", "/api/v1/tasks", "{}").status, 401);
  for (const std::string& where : {std::string("/tasks"), std::string("/"), "/tasks/" + add_waiting("me").hex()})
    EXPECT_NE(peer_of("nobody", where).answer().find(R"({"message":"nobody goes by that name","data":{"status":401}})"), std::string::npos) << where;
  for (const char* path : {"/healthz", "/openapi.json", "/"}) EXPECT_EQ(get_as("nobody", path).status, 200) << path;
}

TEST_F(RightsTest, AViewerLooksAndChangesNothing) {
  runner.handle("echo#1", make_factory([](const Json& data, Context&) { return data; }), {});
  const ObjectId id = add_waiting("me");
  const TaskPtr before = store->get(id);
  auto viewer = peer_of("viewer");
  const std::string about_it = R"({"id":")" + id.hex() + "\"}";
  for (const char* event : {"remove", "stop", "pause", "resume", "retry"})
    EXPECT_EQ(viewer.ask(event, about_it).at(0).as_string(), "'" + std::string(event) + "' takes the role operator: you have viewer");
  EXPECT_EQ(viewer.ask("add", R"({"versionedTopic":"echo#1"})").at(0).as_string(), "'add' takes the role operator: you have viewer");
  EXPECT_TRUE(viewer.ask("addMany", R"([{"versionedTopic":"echo#1"}])").at(0).is_string());
  const std::string place = "/api/v1/tasks/" + id.hex();
  EXPECT_EQ(send_as("viewer", "DELETE", place).status, 403);
  for (const char* verb : {"/stop", "/pause", "/resume", "/retry"}) EXPECT_EQ(send_as("viewer", "POST", place + verb).status, 403) << verb;
  EXPECT_EQ(send_as("viewer", "POST", "/api/v1/tasks", R"({"versionedTopic":"echo#1"})").status, 403);
  EXPECT_EQ(send_as("viewer", "POST", "/api/v1/tasks", R"([{"versionedTopic":"echo#1"}])").status, 403);
  EXPECT_EQ(*store->get(id), *before);
  EXPECT_EQ(store->find({}).size(), 1u);
  EXPECT_EQ(get_as("viewer", place).status, 200);
  EXPECT_EQ(get_as("viewer", place + "/explain").status, 200);
  EXPECT_EQ(viewer.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 1u);
}

TEST_F(WorkTest, AViewerSteersNothingInATasksNamespaceEither) {
  const auto ids = start_work({"me"});
  auto viewer = peer_of("viewer", "/tasks/" + ids.at("me").hex());
  for (const char* event : {"stop", "pause", "resume", "retry"})
    EXPECT_EQ(viewer.ask(event, "null").at(0).as_string(), "'" + std::string(event) + "' takes the role operator: you have viewer");
  EXPECT_FALSE(store->get(ids.at("me"))->signal);
}

TEST_F(WorkTest, WhatAnIdentityAsksForIsAskedInItsName) {
  const auto ids = start_work({"me"});
  EXPECT_EQ(peer_of("operator").ask("stop", R"({"id":")" + ids.at("me").hex() + "\"}").at(0).at("signal").at("by").as_string(), "op");
}

TEST_F(RightsTest, WholeStoresAreTakenOutAndInByAdminsOnly) {
  for (const char* name : {"viewer", "operator"}) {
    EXPECT_EQ(get_as(name, "/api/v1/tasks/export").status, 403) << name;
    EXPECT_EQ(send_as(name, "POST", "/api/v1/tasks/import", "", lines).status, 403) << name;
  }
  EXPECT_EQ(get_as("all", "/api/v1/tasks/export").status, 200);
  EXPECT_EQ(send_as("all", "POST", "/api/v1/tasks/import", "", lines).status, 200);
}

TEST_F(RightsTest, AnExportHoldsWhatMayBeSeen) {
  const ObjectId own = add_waiting("me");
  const ObjectId foreign = add_waiting("you");
  const std::string text = get_as("me", "/api/v1/tasks/export").body;
  EXPECT_NE(text.find(own.hex()), std::string::npos);
  EXPECT_EQ(text.find(foreign.hex()), std::string::npos);
  EXPECT_NE(get_as("all", "/api/v1/tasks/export").body.find(foreign.hex()), std::string::npos);
  EXPECT_EQ(get_as("blind", "/api/v1/tasks/export").status, 403);  // a line without its data would be another task
}

TEST_F(RightsTest, AnImportTakesWhatMayBeSeenAndSaysNothingOfTheRest) {
  const ObjectId foreign = add_waiting("you", "echo#1", Json(7));
  add_waiting("me");
  const std::string all = get_as("all", "/api/v1/tasks/export").body;
  const auto report = Json::parse(send_as("me", "POST", "/api/v1/tasks/import", all, lines).body);
  EXPECT_EQ(report.at("known").as_int64(), 1);  // its own
  ASSERT_EQ(report.at("problems").as_array().size(), 1u);
  const std::string stolen = std::string(all).replace(all.find("\"you\""), 5, "\"me\"");
  const auto second = Json::parse(send_as("me", "POST", "/api/v1/tasks/import", stolen, lines).body);
  ASSERT_EQ(second.at("problems").as_array().size(), 1u) << second.dump();
  EXPECT_EQ(second.dump().find(foreign.hex()), std::string::npos) << second.dump();
  EXPECT_EQ(store->get(foreign)->applicant, "you");
  EXPECT_EQ(send_as("blind", "POST", "/api/v1/tasks/import", all, lines).status, 403);
}

}  // namespace
}  // namespace taskrunner::api
