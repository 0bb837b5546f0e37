// A host that relays tells its clients no more of the tasks of others than of its own.

#include "api/relay_fixture.hpp"
#include "api/rights_fixture.hpp"

namespace taskrunner::api {
namespace {

class RelayRightsTest : public RelayTest {
 protected:
  RelayRightsTest() : RelayRightsTest(std::make_shared<NamedClients>()) {}
  SocketPeer peer_of(const std::string& name, const ObjectId& id) {
    return {io, here.door.local_port(), "/tasks/" + id.hex(), token_of(name)};
  }
  const std::shared_ptr<NamedClients> clients;

 private:
  explicit RelayRightsTest(std::shared_ptr<NamedClients> named) : RelayTest(named), clients(std::move(named)) {
    clients->known["me"] = Identity{"me", Role::operator_, access_of({Json{{"applicant", "me"}}})};
    clients->known["you"] = Identity{"you", Role::operator_, access_of({Json{{"applicant", "you"}}})};
    clients->known["viewer"] = Identity{"v", Role::viewer};
    clients->known["blind"] = Identity{"b", Role::operator_, access_of({{}, {}, {"data", "progress", "logs", "worker", "publicUrl"}})};
  }
};

TEST_F(RelayRightsTest, AForeignTaskIsAsOneThatIsNotThere) {
  const auto there = start_there();
  const ObjectId id = start_task();
  const ObjectId absent = random->object_id(0);
  std::string refusal = peer_of("you", id).answer();
  for (std::size_t at = refusal.find(id.hex()); at != std::string::npos; at = refusal.find(id.hex())) refusal.replace(at, 24, absent.hex());
  EXPECT_EQ(refusal, peer_of("you", absent).answer());
  EXPECT_TRUE(peer_of("me", id).answer().starts_with("40"));
  go_on.set_value();
}

TEST_F(RelayRightsTest, HiddenFieldsProgressAndLogLinesAreNotPassedOn) {
  const auto there = start_there();
  const ObjectId id = start_task();
  auto blind = peer_of("blind", id);
  EXPECT_EQ(blind.next().at(0).as_string(), "task");
  const Json stopped = blind.ask("stop", "null").at(0);
  EXPECT_EQ(stopped.at("id").as_string(), id.hex());
  EXPECT_EQ(stopped.find("data"), nullptr);
  go_on.set_value();
  std::vector<JsonArray> events;
  for (JsonArray event = blind.next(); event[0].as_string() != "disconnect"; event = blind.next()) events.push_back(event);
  ASSERT_FALSE(events.empty());
  for (const JsonArray& event : events)
    for (const char* hidden : {"data", "worker", "progress", "publicUrl"}) EXPECT_EQ(event[1].find(hidden), nullptr) << hidden;
  for (const std::string& name : blind.heard()) EXPECT_EQ(name, "task");
}

TEST_F(RelayRightsTest, AViewersActionsStayHere) {
  const auto there = start_there();
  const ObjectId id = start_task();
  auto viewer = peer_of("viewer", id);
  for (const char* event : {"stop", "pause", "resume", "retry"})
    EXPECT_EQ(viewer.ask(event, "null").at(0).as_string(), "'" + std::string(event) + "' takes the role operator: you have viewer");
  EXPECT_FALSE(store->get(id)->signal);
  EXPECT_EQ(peer_of("me", id).ask("stop", "null").at(0).at("id").as_string(), id.hex());
  go_on.set_value();
}

TEST_F(RelayRightsTest, ATaskThatGoesOutOfSightTakesItsGuestsAlong) {
  clients->known["before"] = Identity{"b", Role::operator_, access_of({Json{{"signal", nullptr}}})};
  const auto there = start_there();
  const ObjectId id = start_task();
  auto before = peer_of("before", id);
  while (before.next()[0].as_string() != "task") {
  }
  EXPECT_EQ(peer_of("me", id).ask("stop", "null").at(0).at("signal").at("op").as_string(), "stop");
  for (JsonArray event = before.next(); event[0].as_string() != "disconnect"; event = before.next())
    EXPECT_EQ(event[1].find("signal"), nullptr);  // the task as it was may come once more
  go_on.set_value();
}

}  // namespace
}  // namespace taskrunner::api
