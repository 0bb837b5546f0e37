#include "net/server_group.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <mutex>
#include <set>
#include <thread>

#include "net/test_client.hpp"

namespace taskrunner::net {
namespace {

using testing::TestClient;

/// Answers "add" with its argument, counted on the socket's own thread; notes on which thread each socket lives.
class ServerGroupTest : public ::testing::Test {
 protected:
  void start(std::size_t loops, HttpServerOptions options = {}) {
    group = std::make_unique<ServerGroup>(loops, options, SocketIoOptions{}, [this](ServerGroup::Member& member) {
      NamespaceHandlers handlers;
      handlers.on_connection = [this](const std::shared_ptr<Socket>& socket) {
        const std::lock_guard lock(mutex);
        threads.insert(std::this_thread::get_id());
        socket->on("add", [](const boost::json::array& args, const Ack& ack) { ack(boost::json::serialize(args.at(0))); });
      };
      member.sockets.of("/", handlers);
    });
    group->start();
  }
  std::unique_ptr<TestClient> join() {
    auto client = std::make_unique<TestClient>(io, group->local_port());
    EXPECT_TRUE(client->upgrade(websocket).starts_with("HTTP/1.1 101"));
    EXPECT_TRUE(client->text().starts_with("0{"));
    client->send_text("40");
    EXPECT_TRUE(client->text().starts_with("40{"));
    return client;
  }

  const std::string websocket = "/socket.io/?EIO=4&transport=websocket";
  const std::string polling = "/socket.io/?EIO=4&transport=polling";
  boost::asio::io_context io{1};
  std::mutex mutex;
  std::set<std::thread::id> threads;
  std::unique_ptr<ServerGroup> group;
};

TEST_F(ServerGroupTest, SpreadsConnectionsAndKeepsEachOnesOrder) {
  start(3);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(join());
  EXPECT_EQ(threads.size(), 3u);
  for (int n = 0; n < 100; ++n)
    for (const auto& client : clients) client->send_text("42" + std::to_string(n) + "[\"add\"," + std::to_string(n) + "]");
  for (const auto& client : clients)
    for (int n = 0; n < 100; ++n) EXPECT_EQ(client->text(), "43" + std::to_string(n) + "[" + std::to_string(n) + "]");
  EXPECT_EQ(group->socket_stats().connections, 6u);
}

TEST_F(ServerGroupTest, BroadcastsToEveryLoopInOrder) {
  start(3);
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(join());
  for (int n = 0; n < 50; ++n) group->emit("/", "", "news", std::to_string(n));
  for (const auto& client : clients)
    for (int n = 0; n < 50; ++n) EXPECT_EQ(client->text(), "42[\"news\"," + std::to_string(n) + "]");
  EXPECT_EQ(group->socket_stats().frames_sent, 6u * 52);
}

TEST_F(ServerGroupTest, FindsAPollingSessionFromEveryLoopAndUpgradesIt) {
  start(3);
  TestClient first(io, group->local_port());
  const auto opened = first.get(polling).body;
  const auto at = opened.find("\"sid\":\"") + 7;
  const auto sid = opened.substr(at, opened.find('"', at) - at);
  const auto target = polling + "&sid=" + sid;
  for (int i = 0; i < 3; ++i) {  // each on a loop of its own
    TestClient other(io, group->local_port()), another(io, group->local_port());
    if (i == 0) {
      EXPECT_EQ(other.post(target, "40").body, "ok");
      EXPECT_TRUE(another.get(target).body.starts_with("40{"));
    }
    other.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(another.post(target, "420[\"add\",1]").body, "ok");
    EXPECT_EQ(other.answer().body, "430[1]");
  }
  TestClient websocket_client(io, group->local_port());
  websocket_client.upgrade(websocket + "&sid=" + sid);
  websocket_client.send_text("2probe");
  EXPECT_EQ(websocket_client.text(), "3probe");
  websocket_client.send_text("5");
  websocket_client.send_text("421[\"add\",2]");
  EXPECT_EQ(websocket_client.text(), "431[2]");
}

TEST_F(ServerGroupTest, EndsASessionWhosePollGoesAwayOnAnotherLoop) {
  start(2);
  TestClient first(io, group->local_port());
  const auto opened = first.get(polling).body;
  const auto at = opened.find("\"sid\":\"") + 7;
  const auto target = polling + "&sid=" + opened.substr(at, opened.find('"', at) - at);
  TestClient far(io, group->local_port());
  far.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(testing::run_until(io, [&] { return group->http_stats().requests == 2; }));
  far.close();
  EXPECT_TRUE(testing::run_until(io, [&] { return group->socket_stats().connections == 0; }));
}

TEST_F(ServerGroupTest, CountsLimitsForAllLoopsTogetherAndStopsTwice) {
  HttpServerOptions options;
  options.max_connections = 2;
  start(2, options);
  const auto one = join(), two = join();
  TestClient three(io, group->local_port());
  EXPECT_EQ(three.answer().status, 503);
  group->stop();
  group->stop();
  EXPECT_TRUE(one->wait_end() && two->wait_end());  // told, before the loops ended
}

}  // namespace
}  // namespace taskrunner::net
