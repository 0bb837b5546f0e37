#include "net/socketio_server.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>

#include "net/socketio_fixture.hpp"

namespace taskrunner::net {
namespace {

using testing::run_until;
using testing::SocketIoServerTest;
using testing::TestClient;

TEST_F(SocketIoServerTest, RefusesHandshakesWithTheReferenceServersCodes) {
  start();
  TestClient c(io, http->local_port());
  const auto body = [&](const std::string& target) { return c.get(target).body; };
  EXPECT_EQ(body("/socket.io/?EIO=4"), R"({"code":0,"message":"Transport unknown"})");
  EXPECT_EQ(body(polling + "&sid=nobody"), R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_EQ(c.post(polling, "").body, R"({"code":2,"message":"Bad handshake method"})");
  EXPECT_EQ(body(websocket), R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(body("/socket.io/?EIO=3&transport=polling"), R"({"code":5,"message":"Unsupported protocol version"})");
  const auto refused = c.get(polling, "Origin: http://bad.example\r\n");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body, R"({"code":4,"message":"Forbidden"})");
  EXPECT_EQ(refused.head.find("bad.example"), std::string::npos);
  TestClient w(io, http->local_port());
  EXPECT_TRUE(w.upgrade(websocket, "Origin: http://bad.example\r\n").starts_with("HTTP/1.1 403"));
}

TEST_F(SocketIoServerTest, GivesEventsAndAcknowledgesThemOnce) {
  start();
  const auto c = join();
  sockets[0]->on("add", [](boost::json::array args, Ack ack) {
    if (!ack) return;
    ack(boost::json::serialize(args));
    ack("\"again\"");
  });
  c->send_text(R"(42["add",1])");
  c->send_text(R"(427["add",{"a":[true]}])");
  EXPECT_EQ(c->text(), R"(437[[{"a":[true]}]])");
  sockets[0]->emit("last", "");
  EXPECT_EQ(c->text(), R"(42["last"])");
}

TEST_F(SocketIoServerTest, LivesOnWhenAHandlerThrowsOrNoneIsThere) {
  start();
  const auto c = join();
  sockets[0]->on("bad", [](boost::json::array, Ack) { throw std::runtime_error("on purpose"); });
  sockets[0]->on("good", [](boost::json::array, Ack ack) { ack("1"); });
  c->send_text(R"(42["bad"])");
  c->send_text(R"(421["nobody's"])");
  c->send_text(R"(422["good"])");
  EXPECT_EQ(c->text(), "432[1]");
}

TEST_F(SocketIoServerTest, GivesAttachmentsAsBase64ToAPlainHandler) {
  start();
  const auto c = join();
  std::string seen;
  sockets[0]->on("file", [&](boost::json::array args, Ack) { seen = boost::json::serialize(args); });
  c->send_text(R"(451-["file",{"x":{"_placeholder":true,"num":0}}])");
  c->send_frame(0x82, "\x01\x02\x03\x04");
  EXPECT_TRUE(run_until(io, [&] { return !seen.empty(); }));
  EXPECT_EQ(seen, R"([{"x":"AQIDBA=="}])");
}

TEST_F(SocketIoServerTest, AsksTheMiddlewareAndCarriesItsRefusal) {
  start();
  NamespaceHandlers handlers;
  handlers.on_connect_request = [](std::shared_ptr<const Handshake> handshake) -> boost::asio::awaitable<ConnectDecision> {
    const auto* token = handshake->auth.get_object().if_contains("token");
    if (token && *token == "good") co_return ConnectDecision::accept();
    if (token) throw std::runtime_error("on purpose");
    co_return ConnectDecision::refuse("who are you?", R"({"state":"completed"})");
  };
  server->of_matching([](std::string_view name) { return name.starts_with("/tasks/"); }, handlers);
  const auto c = join();
  c->send_text("40/tasks/1,");
  EXPECT_EQ(c->text(), R"(44/tasks/1,{"message":"who are you?","data":{"state":"completed"}})");
  c->send_text(R"(40/tasks/1,{"token":"x"})");
  EXPECT_EQ(c->text(), R"(44/tasks/1,{"message":"Internal error"})");
  EXPECT_EQ(server->find("/tasks/1"), nullptr);
  c->send_text(R"(40/tasks/1,{"token":"good"})");
  EXPECT_TRUE(c->text().starts_with(R"(40/tasks/1,{"sid":")"));
  ASSERT_NE(server->find("/tasks/1"), nullptr);
  server->find("/tasks/1")->disconnect_all();
  EXPECT_EQ(c->text(), "41/tasks/1,");
  EXPECT_EQ(server->find("/tasks/1"), nullptr);
  c->send_text("40/other");
  EXPECT_EQ(c->text(), R"(44/other,{"message":"Invalid namespace"})");
}

TEST_F(SocketIoServerTest, EmitsToRoomsToAllAndWithASharedTail) {
  start();
  const auto a = join(), b = join();
  sockets[0]->join("r");
  server->of("/").to("r").emit("room", "1");
  server->of("/").emit("all", R"({"x":1})");
  const SharedTail tail(R"("doc":{}})");
  for (std::size_t i = 0; i < 2; ++i) sockets[i]->emit("change", "{\"seq\":" + std::to_string(i) + ",", tail);
  EXPECT_EQ(a->text(), R"(42["room",1])");
  EXPECT_EQ(a->text(), R"(42["all",{"x":1}])");
  EXPECT_EQ(a->text(), R"(42["change",{"seq":0,"doc":{}}])");
  EXPECT_EQ(b->text(), R"(42["all",{"x":1}])");
  EXPECT_EQ(b->text(), R"(42["change",{"seq":1,"doc":{}}])");
  sockets[0]->leave("r");
  EXPECT_EQ(server->of("/").size("r"), 0u);
}

TEST_F(SocketIoServerTest, KeepsOnlyTheNewestOfAKeyWhileItWaits) {
  start();
  const auto c = join();
  for (int i = 0; i < 5; ++i) {
    sockets[0]->emit_latest("t1", "progress", std::to_string(i));
    sockets[0]->emit_latest("t2", "progress", std::to_string(10 + i));
  }
  sockets[0]->emit("end", "");
  EXPECT_EQ(c->text(), R"(42["progress",4])");
  EXPECT_EQ(c->text(), R"(42["progress",14])");
  EXPECT_EQ(c->text(), R"(42["end"])");
  EXPECT_EQ(server->stats().frames_replaced, 8u);
}

TEST_F(SocketIoServerTest, AsksForAcknowledgementsAndGivesUpInTime) {
  start();
  const auto c = join();
  std::vector<std::string> answers;
  const auto note = [&](std::optional<boost::json::array> args) {
    answers.push_back(args ? boost::json::serialize(*args) : "none");
  };
  sockets[0]->emit_with_ack("q", "1", 5000, note);
  EXPECT_EQ(c->text(), R"(420["q",1])");
  c->send_text(R"(430["yes"])");
  EXPECT_TRUE(run_until(io, [&] { return answers == std::vector<std::string>{R"(["yes"])"}; }));
  sockets[0]->emit_with_ack("q", "2", 1, note);
  EXPECT_TRUE(run_until(io, [&] { return answers.size() == 2; }));
  sockets[0]->emit_with_ack("q", "3", 5000, note);
  c->close();
  EXPECT_TRUE(run_until(io, [&] { return answers.size() == 3; }));
  EXPECT_EQ(answers[1] + answers[2], "nonenone");
}

TEST_F(SocketIoServerTest, GivesQueuedPacketsToPollsAndGoesOnByWebsocket) {
  start();
  TestClient poll(io, http->local_port()), ws(io, http->local_port());
  const auto sid = open_polling(poll);
  EXPECT_EQ(poll.post(polling + "&sid=" + sid, "40").body, "ok");
  EXPECT_TRUE(poll.get(polling + "&sid=" + sid).body.starts_with("40{\"sid\""));
  sockets[0]->emit("a", "1");
  sockets[0]->emit("b", "2");
  EXPECT_EQ(poll.get(polling + "&sid=" + sid).body, "42[\"a\",1]\x1e" "42[\"b\",2]");
  ws.upgrade(websocket + "&sid=" + sid);
  poll.send("GET " + polling + "&sid=" + sid + " HTTP/1.1\r\nHost: h\r\n\r\n");
  ws.send_text("2probe");
  EXPECT_EQ(ws.text(), "3probe");
  EXPECT_EQ(poll.answer().body, "6");
  sockets[0]->emit("c", "3");
  ws.send_text("5");
  EXPECT_EQ(ws.text(), R"(42["c",3])");
  EXPECT_EQ(poll.get(polling + "&sid=" + sid).status, 400);
  sockets[0]->disconnect(true);
  EXPECT_EQ(ws.text(), "41");
  EXPECT_EQ(ws.frame().substr(0, 1), "\x88");
  EXPECT_EQ(reasons, (std::vector<std::string>{"server namespace disconnect"}));
}

}  // namespace
}  // namespace taskrunner::net
