// Tickets: how a client of one host gets into the namespace of a task that another one runs.

#include "api/credential_fixture.hpp"
#include "api/relay_fixture.hpp"

#include <gmock/gmock.h>

namespace taskrunner::api {
namespace {

using ::testing::HasSubstr;

/// Two hosts of a fleet that ask who is there; the second one runs a task.
class TicketTest : public testing::Test {
 protected:
  explicit TicketTest(const std::string& secret_here = std::string(32, 'f'), const std::string& secret_there = std::string(32, 'f'))
      : by_here(authenticator(secret_here)), by_there(authenticator(secret_there)) {
    here.door.attach(here.runner, {"/tasks", true, "", here.url});
    there.runner.handle("wait#1", make_factory([this](const Json&, Context&) {
                          started.set_value();
                          go_on.get_future().wait();
                          return Json(7);
                        }),
                        {});
    there.door.attach(there.runner, {"/tasks", true, "", there.url});
    there.runner.start();
    NewTask task;
    task.id = id = random->object_id(0);
    task.versioned_topic = "wait#1";
    store->add(std::span(&task, 1));
    started.get_future().wait();
  }
  ~TicketTest() override { go_on.set_value(); }

  std::shared_ptr<CredentialAuthenticator> authenticator(const std::string& secret) {
    return std::make_shared<CredentialAuthenticator>(io, system_clock(), tokens.check(), CredentialRules{secret});
  }
  std::string space() const { return "/tasks/" + id.hex(); }
  SocketPeer peer_here(const std::string& name, const std::string& auth) { return {io, here.door.local_port(), name, auth}; }
  SocketPeer peer_there(const std::string& name, const std::string& auth) { return {io, there.door.local_port(), name, auth}; }
  Json ask_ticket(const std::string& name) {
    auto client = peer_here("/tasks", token_payload(tokens.of(name)));
    return client.ask("ticket", Json{{"id", id.hex()}}.dump()).at(0);
  }
  static std::string payload(const Json& answer) { return Json{{"ticket", answer.at("ticket")}}.dump(); }

  boost::asio::io_context io{1};
  KnownTokens tokens = KnownTokens::usual();
  std::shared_ptr<Random> random = std::make_shared<Random>(1);
  std::shared_ptr<Store> store = std::make_shared<store::MemoryStore>(system_clock(), random, KeepPolicy());
  std::promise<void> started, go_on;
  ObjectId id;
  std::shared_ptr<CredentialAuthenticator> by_here, by_there;
  FleetHost here{io, store, random, "here", "", by_here};
  FleetHost there{io, store, random, "there", "", by_there};
};

TEST_F(TicketTest, ATicketLetsItsHolderInAtTheOtherHostOnce) {
  const Json answer = ask_ticket("viewer");
  EXPECT_EQ(answer.at("url").as_string(), there.url + space());
  EXPECT_EQ(answer.at("expiresInMs").as_int64(), 30'000);
  EXPECT_EQ(answer.at("ticket").as_string().find(tokens.of("viewer")), std::string::npos);
  auto client = peer_there(space(), payload(answer));
  EXPECT_THAT(client.answer(), HasSubstr("\"sid\""));
  EXPECT_EQ(client.next().at(0).as_string(), "task");
  EXPECT_THAT(peer_there(space(), payload(answer)).answer(), HasSubstr("\"status\":401"));
}

TEST_F(TicketTest, ATicketIsForItsTaskAtItsHostOnly) {
  const Json answer = ask_ticket("viewer");
  EXPECT_THAT(peer_there("/tasks", payload(answer)).answer(), HasSubstr("\"status\":401"));
  EXPECT_THAT(peer_there("/tasks/0123456789abcdef01234567", payload(answer)).answer(), HasSubstr("\"status\":401"));
  EXPECT_THAT(peer_here(space(), payload(answer)).answer(), HasSubstr("\"status\":401"));
  EXPECT_THAT(peer_there(space(), payload(answer)).answer(), HasSubstr("\"sid\""));
}

TEST_F(TicketTest, ATaskThatMayNotBeSeenHasNoTicket) {
  EXPECT_THAT(ask_ticket("scoped").as_string(), HasSubstr("there is no task"));
}

TEST_F(TicketTest, ATokenOpensATasksNamespaceToo) {
  EXPECT_THAT(peer_there(space(), token_payload(tokens.of("viewer"))).answer(), HasSubstr("\"sid\""));
  EXPECT_THAT(peer_there(space(), "").answer(), HasSubstr("\"status\":401"));
  EXPECT_THAT(peer_there(space(), token_payload(tokens.of("scoped"))).answer(), HasSubstr("There is no task"));
}

TEST_F(TicketTest, ATaskThatDoesNotRunHasNoTicket) {
  NewTask task;
  task.id = random->object_id(0);
  task.versioned_topic = "nobody#1";
  store->add(std::span(&task, 1));
  auto client = peer_here("/tasks", token_payload(tokens.of("viewer")));
  EXPECT_THAT(client.ask("ticket", Json{{"id", task.id.hex()}}.dump()).at(0).as_string(), HasSubstr("does not run"));
}

class SecretlessTest : public TicketTest {
 protected:
  SecretlessTest() : TicketTest("", "") {}
};

TEST_F(SecretlessTest, WithoutTheFleetsSecretThereIsNoTicketForAnotherHost) {
  EXPECT_THAT(ask_ticket("viewer").as_string(), HasSubstr("--fleet-secret-file"));
  auto client = peer_there("/tasks", token_payload(tokens.of("viewer")));
  const Json own = client.ask("ticket", Json{{"id", id.hex()}}.dump()).at(0);
  EXPECT_THAT(peer_there(space(), payload(own)).answer(), HasSubstr("\"sid\""));
}

class OtherSecretTest : public TicketTest {
 protected:
  OtherSecretTest() : TicketTest(std::string(32, 'a'), std::string(32, 'b')) {}
};

TEST_F(OtherSecretTest, AnotherFleetsTicketIsNone) {
  EXPECT_THAT(peer_there(space(), payload(ask_ticket("admin"))).answer(), HasSubstr("\"status\":401"));
}

/// The first host relays.
class RelayedTicketTest : public TicketTest {
 protected:
  RelayedTicketTest() {
    here.door.detach(here.runner);
    here.door.attach(here.runner, {"/tasks", true, here.url, here.url});
  }
};

TEST_F(RelayedTicketTest, AHostThatRelaysShowsTheOtherOneATicketOfItsOwn) {
  auto client = peer_here(space(), token_payload(tokens.of("operator")));
  EXPECT_THAT(client.answer(), HasSubstr("\"sid\""));
  EXPECT_EQ(client.next().at(0).as_string(), "task");
  EXPECT_EQ(client.ask("stop", "null").at(0).at("id").as_string(), id.hex());
  EXPECT_THAT(peer_here(space(), "").answer(), HasSubstr("\"status\":401"));
  const Json answer = ask_ticket("viewer");
  EXPECT_EQ(answer.at("url").as_string(), here.url + space());
  EXPECT_THAT(peer_here(space(), payload(answer)).answer(), HasSubstr("\"sid\""));
}

TEST_F(RelayedTicketTest, AClientOfARelayGoesWhenItsTokenIsTakenBack) {
  auto client = peer_here(space(), token_payload(tokens.of("operator")));
  tokens.forget("operator");
  by_here->replace(tokens.check());
  std::vector<std::string> heard;
  for (JsonArray event = client.next(); event[0].as_string() != "disconnect"; event = client.next())
    heard.push_back(event[0].as_string());
  EXPECT_EQ(heard.back(), "auth_expired");
}

}  // namespace
}  // namespace taskrunner::api
