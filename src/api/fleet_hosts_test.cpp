// Whose pages may connect where several hosts share a store.

#include "api/door_fixture.hpp"
#include "api/fleet_hosts.hpp"

namespace taskrunner::api {
namespace {

class FleetDoorTest : public DoorTest {
 protected:
  FleetDoorTest() {
    door.detach(runner);
    door.attach(runner, {"/tasks", true});
  }

  ObjectId open_session(const std::string& base_url) {
    SessionInfo session;
    session.id = random->object_id(0);
    session.instance = base_url;
    session.base_url = base_url;
    store->open_session(session, 60'000);
    return session.id;
  }
  net::testing::TestClient::Answer poll(const std::string& origin) {
    return http().get("/socket.io/?EIO=4&transport=polling", "Origin: " + origin + "\r\n");
  }
  bool may_poll(const std::string& origin) { return poll(origin).status == 200; }
  bool may_upgrade(const std::string& origin) {
    return http().upgrade("/socket.io/?EIO=4&transport=websocket", "Origin: " + origin + "\r\n").starts_with("HTTP/1.1 101");
  }
  /// Asked until it is so.
  void await_poll(const std::string& origin, bool may) {
    EXPECT_TRUE(net::testing::run_until(io, [&] { return may_poll(origin) == may; })) << origin << " " << may;
  }
};

TEST_F(FleetDoorTest, PagesOfLiveHostsMayConnectUntilTheirHostsAreLost) {
  const std::string page = "http://10.0.0.7:8080";
  EXPECT_FALSE(may_poll(page));
  EXPECT_FALSE(may_upgrade(page));
  const ObjectId session = open_session(page);
  await_poll(page, true);
  EXPECT_NE(poll(page).head.find("Access-Control-Allow-Origin: " + page + "\r\n"), std::string::npos);
  EXPECT_TRUE(may_upgrade(page));
  EXPECT_FALSE(may_poll("http://10.0.0.7:8081"));
  EXPECT_EQ(poll("http://10.0.0.7:8081").head.find("Access-Control-Allow-Origin"), std::string::npos);
  store->lose_session(session);
  await_poll(page, false);
  EXPECT_FALSE(may_upgrade(page));
}

TEST_F(FleetDoorTest, AHostAtLoopbackIsLocalhostToo) {
  open_session("http://127.0.0.1:8081");
  await_poll("http://127.0.0.1:8081", true);
  EXPECT_TRUE(may_poll("http://localhost:8081"));
  EXPECT_FALSE(may_poll("http://localhost:8082"));
}

awaitable<std::vector<SessionInfo>> away_after_the_first(int& looks) {
  if (++looks > 1) throw Error(ErrorCode::unavailable, "the store is away");
  SessionInfo session;
  session.base_url = "http://10.0.0.7:8080";
  co_return std::vector<SessionInfo>{session};
}

TEST(FleetHosts, WhileTheStoreIsAwayWhatItSaidLastStands) {
  boost::asio::io_context io;
  int looks = 0;
  const auto hosts =
      std::make_shared<FleetHosts>(io, [&] { return away_after_the_first(looks); }, std::chrono::milliseconds(1));
  hosts->start();
  ASSERT_TRUE(net::testing::run_until(io, [&] { return looks > 3; }));
  EXPECT_TRUE(hosts->has_origin("http://10.0.0.7:8080"));
  hosts->stop();
}

}  // namespace
}  // namespace taskrunner::api
