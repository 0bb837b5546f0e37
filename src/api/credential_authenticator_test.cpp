// Every way into a host that asks who is there: with no, wrong, expired and good credentials.

#include "api/credential_fixture.hpp"

#include <gmock/gmock.h>

namespace taskrunner::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string no_task = "0123456789abcdef01234567";

TEST_F(CredentialTest, WithoutCredentialsNothingIsThere) {
  for (const std::string& path : {std::string("/api/v1/tasks"), "/api/v1/tasks/" + no_task, "/api/v1/tasks/" + no_task + "/logs",
                                  "/api/v1/tasks/" + no_task + "/explain", std::string("/api/v1/tasks/watch"),
                                  std::string("/api/v1/tasks/export"), std::string("/api/v1/hosts"), std::string("/metrics"),
                                  std::string("/api/v1/session"), std::string("/api/v1/nothing")}) {
    const Answer answer = http().get(path);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_THAT(answer.head, HasSubstr("WWW-Authenticate: Bearer")) << path;
  }
  EXPECT_EQ(post("/api/v1/tasks", R"({"versionedTopic":"a#1"})", "").status, 401);
  EXPECT_EQ(post("/api/v1/tasks/" + no_task + "/stop", "", "").status, 401);
  EXPECT_EQ(delete_("/api/v1/tasks/" + no_task, "").status, 401);
  for (const std::string& name : {std::string("/tasks"), std::string("/"), "/tasks/" + no_task}) {
    const std::string answer = peer(name).answer();
    EXPECT_THAT(answer, HasSubstr("44")) << name;
    EXPECT_THAT(answer, HasSubstr(R"("data":{"status":401})")) << name;
  }
  EXPECT_TRUE(store->find({}).empty());
}

TEST_F(CredentialTest, WhatTellsNothingOfTasksIsForAll) {
  for (const char* path : {"/", "/app.js", "/healthz", "/openapi.json"}) EXPECT_EQ(http().get(path).status, 200) << path;
  EXPECT_EQ(http().get("/readyz").status, 503);
}

TEST_F(CredentialTest, BadCredentialsAreAllAnsweredAlike) {
  std::set<std::string> answers;
  for (const std::string& field : {bearer("tr_" + std::string(43, 'A')), bearer("x"), bearer(""), bearer(tokens.of("late")),
                                   std::string("Authorization: Basic YTpi\r\n"), std::string("Authorization: Bearer\r\n"),
                                   bearer(tokens.of("admin")) + bearer(tokens.of("admin"))}) {
    const Answer answer = http().get("/api/v1/tasks", field);
    EXPECT_EQ(answer.status, 401) << field;
    answers.insert(answer.body);
  }
  EXPECT_EQ(answers.size(), 1u);
  std::set<std::string> refusals;
  for (const std::string& payload : {token_payload("x"), token_payload(tokens.of("late")), token_payload(""),
                                     std::string(R"({"token":7})"), std::string(R"({"ticket":"x"})"), std::string("{}")})
    refusals.insert(peer("/tasks", payload).answer());
  EXPECT_EQ(refusals.size(), 1u);
  EXPECT_EQ(refused("expired"), 2);
  EXPECT_GE(refused("missing"), 2);
  EXPECT_GE(refused("malformed"), 2);
}

TEST_F(CredentialTest, GoodCredentialsLetInByEachWay) {
  EXPECT_EQ(get_as("viewer", "/api/v1/tasks").status, 200);
  EXPECT_EQ(http().get("/api/v1/tasks", "authorization: bearer  " + tokens.of("viewer") + "\r\n").status, 200);
  for (const std::string name : {"/tasks", "/"}) {
    auto client = peer(name == "/" ? "/" : name, token_payload(tokens.of("viewer")));
    EXPECT_THAT(client.answer(), HasSubstr("\"sid\"")) << name;
  }
}

TEST_F(CredentialTest, AClientIsToldWhoItIsTakenFor) {
  auto client = peer("/tasks", token_payload(tokens.of("operator")));
  const JsonArray info = client.next();
  EXPECT_EQ(info.at(0).as_string(), "taskRunnerInfo");
  EXPECT_EQ(info.at(1).at("you"), (Json{{"name", "operator"}, {"role", "operator"}}));
}

TEST_F(CredentialTest, WhoIsLimitedToTopicsSeesNoOthers) {
  const std::string mine = add_stored("mine#1").hex(), other = add_stored("other#1").hex();
  EXPECT_THAT(get_as("scoped", "/api/v1/tasks").body, HasSubstr(mine));
  EXPECT_THAT(get_as("scoped", "/api/v1/tasks").body, Not(HasSubstr(other)));
  EXPECT_EQ(get_as("scoped", "/api/v1/tasks/" + other).status, 404);
  EXPECT_EQ(get_as("scoped", "/api/v1/tasks/" + no_task).status, 404);
  auto client = peer("/tasks", token_payload(tokens.of("scoped")));
  EXPECT_EQ(client.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 1u);
  EXPECT_TRUE(client.ask("get", Json{{"id", other}}.dump()).at(0).is_string());
  EXPECT_TRUE(client.ask("stop", Json{{"id", other}}.dump()).at(0).is_string());
}

TEST_F(CredentialTest, AnAddressThatFailsTooOftenIsTurnedAwayUnlessItIsRight) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(http().get("/api/v1/tasks", bearer("x")).status, 401);
  const Answer answer = http().get("/api/v1/tasks", bearer("x"));
  EXPECT_EQ(answer.status, 429);
  EXPECT_THAT(answer.head, HasSubstr("Retry-After: 1"));
  EXPECT_THAT(peer("/tasks", token_payload("x")).answer(), HasSubstr("429"));
  EXPECT_EQ(get_as("viewer", "/api/v1/tasks").status, 200);
  EXPECT_EQ(http().get("/api/v1/tasks").status, 401);
  EXPECT_EQ(refused("too_many"), 2);
}

TEST_F(CredentialTest, WhoseTokenIsTakenBackIsSentAwayAndOthersStay) {
  auto gone = peer("/tasks", token_payload(tokens.of("operator")));
  auto stays = peer("/tasks", token_payload(tokens.of("viewer")));
  tokens.forget("operator");
  authenticator->replace(tokens.check());
  EXPECT_EQ(gone.next().at(0).as_string(), "taskRunnerInfo");
  const JsonArray last = gone.next();
  EXPECT_EQ(last.at(0).as_string(), "auth_expired");
  EXPECT_THAT(last.at(1).at("reason").as_string(), HasSubstr("taken back"));
  EXPECT_EQ(gone.next().at(0).as_string(), "disconnect");
  EXPECT_EQ(stays.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 0u);
  EXPECT_EQ(get_as("operator", "/api/v1/tasks").status, 401);
}

/// Tokens that end while a connection stands.
class ExpiryTest : public CredentialTest {
 protected:
  void add_token(const std::string& name, std::int64_t life_ms, auth::Role role = auth::Role::viewer) {
    auth::StoredToken token{{}, name, role};
    token.expires_at_ms = system_clock().wall_ms() + life_ms;
    tokens.add(token);
    authenticator->replace(tokens.check());
  }
};

TEST_F(ExpiryTest, AClientIsWarnedAndThenSentAwayWithTheReason) {
  add_token("short", 300);
  auto client = peer("/tasks", token_payload(tokens.of("short")));
  EXPECT_EQ(client.next().at(0).as_string(), "taskRunnerInfo");
  const JsonArray warning = client.next();
  EXPECT_EQ(warning.at(0).as_string(), "auth_expiring");
  EXPECT_LE(warning.at(1).at("expiresInMs").as_int64(), 300);
  const JsonArray last = client.next();
  EXPECT_EQ(last.at(0).as_string(), "auth_expired");
  EXPECT_THAT(last.at(1).at("reason").as_string(), HasSubstr("expired"));
  EXPECT_EQ(client.next().at(0).as_string(), "disconnect");
}

TEST_F(ExpiryTest, AClientThatShowsANewerTokenStays) {
  add_token("ann", 300);
  auto client = peer("/tasks", token_payload(tokens.of("ann")));
  tokens.add({{}, "ann", auth::Role::viewer});
  authenticator->replace(tokens.check());
  EXPECT_EQ(client.ask("authenticate", token_payload(tokens.of("ann"))).at(0), Json::object());
  add_token("other", 600);  // it ends later than the first one would have
  auto other = peer("/tasks", token_payload(tokens.of("other")));
  while (other.next().at(0).as_string() != "disconnect") {
  }
  EXPECT_EQ(client.ask("subscribeQuery", "{}").at(0).at("list").as_array().size(), 0u);
}

TEST_F(ExpiryTest, AnotherPersonsTokenAndABadOneAreNoRenewal) {
  add_token("ann", 60'000);
  auto client = peer("/tasks", token_payload(tokens.of("ann")));
  EXPECT_THAT(client.ask("authenticate", token_payload(tokens.of("viewer"))).at(0).as_string(), HasSubstr("somebody else"));
  EXPECT_THAT(client.ask("authenticate", token_payload("x")).at(0).as_string(), HasSubstr("no good"));
  EXPECT_TRUE(client.ask("authenticate", "null").at(0).is_string());
  EXPECT_TRUE(client.ask("authenticate", token_payload(tokens.of("ann"))).at(0).find("expiresAt"));
}

TEST_F(ExpiryTest, AStreamEndsWithItsToken) {
  add_token("short", 300);
  auto client = http();
  client.send("GET /api/v1/tasks/watch HTTP/1.1\r\nHost: h\r\n" + bearer(tokens.of("short")) + "\r\n");
  EXPECT_THAT(client.until("event: list"), HasSubstr("200 OK"));
  EXPECT_NE(client.until("0\r\n\r\n"), "");
}

/// The page's cookie.
class SessionTest : public CredentialTest {
 protected:
  struct Page {
    std::string cookie, csrf;
    std::string fields() const { return "Cookie: " + cookie + "\r\n"; }
    std::string change_fields() const { return fields() + "X-CSRF-Token: " + csrf + "\r\n"; }
  };
  Answer ask_login(const std::string& name, const std::string& fields = "") {
    return post("/api/v1/session", token_payload(tokens.of(name)), fields);
  }
  Page log_in(const std::string& name) {
    const Answer answer = ask_login(name);
    const std::string head = answer.head.substr(answer.head.find("Set-Cookie: ") + 12);
    return {head.substr(0, head.find(';')), Json::parse(answer.body).at("csrfToken").as_string()};
  }
  net::testing::TestClient socket_by(const std::string& fields) {
    auto client = http();
    client.upgrade("/socket.io/?EIO=4&transport=websocket", fields);
    client.text();
    client.send_text("40/tasks,");
    return client;
  }
};

TEST_F(SessionTest, ATokenIsGivenForACookieThatScriptsAndOtherSitesNeverSee) {
  const Answer answer = ask_login("operator");
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.head, HasSubstr("Set-Cookie: task_runner_80="));
  EXPECT_THAT(answer.head, HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_THAT(answer.body, HasSubstr(R"("role":"operator")"));
  EXPECT_EQ(answer.body.find(tokens.of("operator")), std::string::npos);
  EXPECT_EQ(answer.head.find(tokens.of("operator")), std::string::npos);
  EXPECT_EQ(ask_login("late").status, 401);
  EXPECT_EQ(post("/api/v1/session", "{}", "").status, 400);
  EXPECT_EQ(http().post("/api/v1/session", token_payload(tokens.of("operator"))).status, 415);
}

TEST_F(SessionTest, TheCookieLooksAloneAndChangesWithThePagesOwnWord) {
  const Page page = log_in("operator");
  EXPECT_EQ(http().get("/api/v1/tasks", page.fields()).status, 200);
  const std::string task = R"({"versionedTopic":"a#1"})";
  EXPECT_EQ(post("/api/v1/tasks", task, page.fields()).status, 403);
  EXPECT_EQ(post("/api/v1/tasks", task, page.fields() + "X-CSRF-Token: x\r\n").status, 403);
  EXPECT_EQ(delete_("/api/v1/tasks/" + no_task, page.fields()).status, 403);
  EXPECT_TRUE(store->find({}).empty());
  EXPECT_EQ(delete_("/api/v1/tasks/" + no_task, page.change_fields()).status, 404);
  EXPECT_EQ(Json::parse(http().get("/api/v1/session", page.fields()).body).at("csrfToken").as_string(), page.csrf);
}

TEST_F(SessionTest, AnotherOriginsPageHasNoUseOfTheCookie) {
  const Page page = log_in("operator");
  for (const std::string origin : {"http://fellow", "http://evil", "null"}) {
    const std::string fields = "Origin: " + origin + "\r\n" + page.change_fields();
    EXPECT_NE(http().get("/api/v1/tasks", fields).status, 200) << origin;
    EXPECT_EQ(ask_login("operator", "Origin: " + origin + "\r\n").status, 403) << origin;
    EXPECT_EQ(delete_("/api/v1/session", fields).status, 403) << origin;
  }
  EXPECT_THAT(socket_by("Origin: http://fellow\r\n" + page.fields()).text(), HasSubstr("401"));
  for (const std::string origin : {"http://h", "https://h", "https://tasks.example"})
    EXPECT_EQ(http().get("/api/v1/tasks", "Origin: " + origin + "\r\n" + page.fields()).status, 200) << origin;
}

TEST_F(SessionTest, NoOriginIsReflectedThatIsNotListed) {
  EXPECT_EQ(http().get("/api/v1/tasks", "Origin: http://evil\r\n").head.find("Access-Control"), std::string::npos);
  EXPECT_EQ(http().get("/api/v1/tasks", "Origin: http://fellow\r\n").head.find("Allow-Credentials"), std::string::npos);
}

TEST_F(SessionTest, ThePagesSocketComesByTheCookieAndGoesWithTheSession) {
  const Page page = log_in("viewer");
  auto client = socket_by(page.fields());
  EXPECT_THAT(client.text(), HasSubstr("\"sid\""));
  EXPECT_THAT(client.text(), HasSubstr("taskRunnerInfo"));
  EXPECT_EQ(delete_("/api/v1/session", page.fields()).status, 403);
  const Answer answer = delete_("/api/v1/session", page.change_fields());
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(answer.head, HasSubstr("Max-Age=0"));
  EXPECT_THAT(client.text(), HasSubstr("auth_expired"));
  EXPECT_EQ(client.text(), "41/tasks,");
  EXPECT_EQ(http().get("/api/v1/tasks", page.fields()).status, 401);
}

TEST_F(SessionTest, ASessionEndsWithItsToken) {
  const Page page = log_in("viewer");
  tokens.forget("viewer");
  authenticator->replace(tokens.check());
  EXPECT_EQ(http().get("/api/v1/tasks", page.fields()).status, 401);
}

TEST_F(SessionTest, WhoBringsATokenIsToldWhoTheyAre) {
  const Json about = Json::parse(get_as("scoped", "/api/v1/session").body);
  EXPECT_EQ(about, (Json{{"name", "scoped"}, {"role", "operator"}, {"topics", Json::array({"mine#1"})}}));
}

}  // namespace
}  // namespace taskrunner::api
