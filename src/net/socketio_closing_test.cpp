// How connections end: broken, silent, slow, greedy, stopped.
#include <gtest/gtest.h>

#include "net/socketio_fixture.hpp"

namespace taskrunner::net {
namespace {

using testing::run_until;
using testing::TestClient;

class SocketIoClosingTest : public testing::SocketIoServerTest {};

TEST_F(SocketIoClosingTest, ClosesWhoeverBreaksTheProtocol) {
  start();
  for (const char* text : {"4abc", "x", "42{}", R"(42["disconnect"])", "452-[\"a\",{\"_placeholder\":true,\"num\":7}]",
                           "4599-[\"a\"]", "40", "44{\"message\":\"x\"}"}) {
    const auto c = join();
    reasons.clear();
    c->send_text(text);
    EXPECT_TRUE(wait_reason("parse error")) << text;
    EXPECT_TRUE(c->wait_end()) << text;
  }
  const auto c = join();
  reasons.clear();
  c->send_frame(0xC1, "rsv");
  EXPECT_TRUE(wait_reason("parse error"));
}

TEST_F(SocketIoClosingTest, HearsEveryWayOfLeaving) {
  start();
  auto c = join();
  c->send_text("41");
  EXPECT_TRUE(wait_reason("client namespace disconnect"));
  c = join();
  c->send_text("1");
  EXPECT_TRUE(wait_reason("transport close"));
  reasons.clear();
  c = join();
  c->close();
  EXPECT_TRUE(wait_reason("transport close"));
  reasons.clear();
  c = join();
  c->send_frame(0x88, "\x03\xe8");
  EXPECT_EQ(c->frame(), "\x88\x03\xe8");
  EXPECT_TRUE(wait_reason("transport close"));
  c = join();
  server->stop();
  server->stop();
  EXPECT_EQ(reasons.back(), "server shutting down");
  EXPECT_TRUE(c->wait_end());
  EXPECT_EQ(server->stats().sockets, 0u);
  EXPECT_EQ(server->stats().connections, 0u);
}

TEST_F(SocketIoClosingTest, PingsAndClosesWhoDoesNotAnswerButTakesAnyByteAsLife) {
  SocketIoOptions options;
  options.ping_interval_ms = 30;
  options.ping_timeout_ms = 60;
  start(options);
  const auto c = join();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(c->text(), "2");
    c->send_text(R"(42["anything"])");
  }
  EXPECT_TRUE(wait_reason("ping timeout"));
}

TEST_F(SocketIoClosingTest, ClosesWhoJoinsNothing) {
  SocketIoOptions options;
  options.connect_timeout_ms = 20;
  start(options);
  TestClient c(io, http->local_port());
  c.upgrade(websocket);
  EXPECT_TRUE(c.text().starts_with("0{"));
  EXPECT_EQ(c.frame().substr(0, 1), "\x88");
}

TEST_F(SocketIoClosingTest, ClosesAClientThatDoesNotReadAtTheHardLimit) {
  SocketIoOptions options;
  options.soft_buffer_bytes = 100'000;
  options.hard_buffer_bytes = 1'000'000;
  start(options);
  TestClient c(io, http->local_port());
  const auto sid = open_polling(c);
  c.post(polling + "&sid=" + sid, "40");
  ASSERT_EQ(sockets.size(), 1u);
  const std::string text = '"' + std::string(50'000, 'x') + '"';
  bool drained = false;
  sockets[0]->on_drain([&] { drained = true; });
  for (int i = 0; i < 3; ++i) sockets[0]->emit("x", text);
  EXPECT_TRUE(sockets[0]->congested());
  c.get(polling + "&sid=" + sid);
  EXPECT_TRUE(drained);
  EXPECT_FALSE(sockets[0]->congested());
  for (int i = 0; i < 30 && sockets[0]->connected(); ++i) sockets[0]->emit("x", text);
  EXPECT_FALSE(sockets[0]->connected());
  EXPECT_EQ(reasons.back(), "send buffer full");
  EXPECT_EQ(server->stats().closed_full, 1u);
}

TEST_F(SocketIoClosingTest, ClosesAClientThatTakesNothingForTooLong) {
  SocketIoOptions options;
  options.stalled_timeout_ms = 100;
  start(options);
  TestClient c(io, http->local_port());
  c.post(polling + "&sid=" + open_polling(c), "40");
  EXPECT_TRUE(wait_reason("client reads nothing"));
}

TEST_F(SocketIoClosingTest, ClosesASessionOnOverlappingPollsAndOnAPollThatGoesAway) {
  start();
  TestClient one(io, http->local_port()), two(io, http->local_port());
  auto sid = open_polling(one);
  one.send("GET " + polling + "&sid=" + sid + " HTTP/1.1\r\nHost: h\r\n\r\n");
  ASSERT_TRUE(run_until(io, [&] { return http->stats().requests == 2; }));
  EXPECT_EQ(two.get(polling + "&sid=" + sid).status, 400);
  EXPECT_EQ(one.answer().body, "1");
  sid = open_polling(one);
  one.send("GET " + polling + "&sid=" + sid + " HTTP/1.1\r\nHost: h\r\n\r\n");
  one.close();
  EXPECT_TRUE(run_until(io, [&] { return server->stats().connections == 0; }));
}

TEST_F(SocketIoClosingTest, DrainsOneAfterTheOtherAndRefusesNewcomers) {
  start();
  std::vector<std::unique_ptr<TestClient>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(join());
  server->drain(300);  // six steps of two, one, …
  EXPECT_EQ(server->stats().connections, 4u);
  TestClient late(io, http->local_port());
  const auto refused = late.get(polling);
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 5\r\n"), std::string::npos);
  EXPECT_EQ(server->stats().refused[6], 1u);
  EXPECT_TRUE(run_until(io, [&] { return server->stats().connections == 0; }));
  EXPECT_EQ(reasons, std::vector<std::string>(6, "server shutting down"));
  for (const auto& client : clients) EXPECT_EQ(client->frame().substr(0, 3), "\x88\x03\xe9");
}

TEST_F(SocketIoClosingTest, LeavesNothingBehindAfterManyConnections) {
  start();
  for (int i = 0; i < 300; ++i) {
    const auto c = join();
    sockets.clear();
    c->close();
  }
  EXPECT_TRUE(run_until(io, [&] { return http->stats().connections == 0 && server->stats().connections == 0; }));
  EXPECT_EQ(server->of("/").size(), 0u);
}

}  // namespace
}  // namespace taskrunner::net
