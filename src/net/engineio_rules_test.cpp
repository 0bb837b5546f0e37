// Engine.IO v4 rule by rule (github.com/socketio/engine.io-protocol), against an echo server on raw sockets.
#include <gtest/gtest.h>

#include "net/engineio_server.hpp"
#include "net/engineio_session.hpp"
#include "net/test_client.hpp"

namespace taskrunner::net {
namespace {

using testing::run_until;
using testing::TestClient;

class Echo final : public EngineUser {
 public:
  Echo(EngineSession& session, std::vector<std::string>& reasons) : session_(session), reasons_(reasons) {}
  void on_text(std::string_view text) override {
    if (text == "close me") return session_.close("asked");
    session_.send_text("4" + std::string(text));
  }
  void on_binary(std::string_view bytes) override {
    session_.send({WebSocketOpcode::binary, std::string(bytes), nullptr, {}});
  }
  void on_drain() override {}
  void on_close(std::string_view reason) override { reasons_.emplace_back(reason); }

 private:
  EngineSession& session_;
  std::vector<std::string>& reasons_;
};

class EngineRulesTest : public ::testing::Test {
 protected:
  void start(EngineOptions options = {}) {
    options.origins.any = true;
    http = std::make_unique<HttpServer>(io, HttpServerOptions{});
    server = std::make_unique<EngineServer>(io, options, [this](EngineSession& session, const HttpRequest&) {
      return std::make_shared<Echo>(session, reasons);
    });
    server->attach(*http);
    http->listen();
  }
  TestClient client() { return TestClient(io, http->local_port()); }
  /// A new polling session's target.
  std::string open(TestClient& c) {
    const auto body = c.get(polling).body;
    const auto at = body.find("\"sid\":\"") + 7;
    sid = body.substr(at, body.find('"', at) - at);
    return polling + "&sid=" + sid;
  }
  void send_get(TestClient& c, const std::string& target) { c.send("GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"); }
  void wait_requests(std::uint64_t count) {
    ASSERT_TRUE(run_until(io, [&] { return http->stats().requests == count; }));
  }
  bool wait_reason(const std::string& reason) {
    return run_until(io, [&] { return !reasons.empty() && reasons.back() == reason; });
  }

  const std::string websocket = "/engine.io/?EIO=4&transport=websocket";
  const std::string polling = "/engine.io/?EIO=4&transport=polling";
  boost::asio::io_context io{1};
  std::vector<std::string> reasons;
  std::string sid;
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<EngineServer> server;
};

TEST_F(EngineRulesTest, OpensWithExactlyTheFieldsOfTheHandshake) {
  start();
  TestClient c = client(), w = client();
  const auto rest = R"("pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000})";
  const auto opened = c.get(polling);
  EXPECT_EQ(opened.body.substr(0, 9) + opened.body.substr(29), R"(0{"sid":"","upgrades":["websocket"],)" + std::string(rest));
  EXPECT_NE(opened.head.find("Content-Type: text/plain; charset=UTF-8\r\n"), std::string::npos);
  w.upgrade(websocket);
  const auto text = w.text();
  EXPECT_EQ(text.substr(0, 9) + text.substr(29), R"(0{"sid":"","upgrades":[],)" + std::string(rest));
}

TEST_F(EngineRulesTest, CarriesSeveralPacketsAndBinaryInOnePayload) {
  start();
  TestClient c = client();
  const auto target = open(c);
  EXPECT_EQ(c.post(target, "4a\x1e" "4\xe2\x82\xac\x1e" "bAQIDBA==\x1e" "4").body, "ok");
  EXPECT_EQ(c.get(target).body, "4a\x1e" "4\xe2\x82\xac\x1e" "bAQIDBA==\x1e" "4");
}

TEST_F(EngineRulesTest, ClosesASessionWhosePayloadIsBroken) {
  start();
  for (const char* body : {"abc", "", "4a\x1e", "b!!!", "4\xff", "7", "0", "2"}) {
    TestClient c = client();
    const auto target = open(c);
    EXPECT_EQ(c.post(target, body).status, body == std::string("0") || body == std::string("2") ? 200 : 400) << body;
    EXPECT_EQ(c.get(target).status, 400) << body;
  }
}

TEST_F(EngineRulesTest, RefusesASecondPostBesideTheFirstAndClosesTheSession) {
  start();
  TestClient one = client(), two = client();
  const auto target = open(one);
  one.send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n4half");
  // The head's arrival shows in nothing but what follows from it.
  ASSERT_TRUE(run_until(io, [&] { return io.poll() == 0; }));
  const auto refused = two.post(target, "4other");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.body, R"({"code":3,"message":"Bad request"})");
  EXPECT_EQ(reasons, std::vector<std::string>{"transport error"});
  one.send("there");
  EXPECT_EQ(one.answer().status, 400);
}

TEST_F(EngineRulesTest, LetsABodyThatNeverCameWholeBlockNothing) {
  start();
  TestClient one = client(), two = client();
  const auto target = open(one);
  one.send("POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n4half");
  ASSERT_TRUE(run_until(io, [&] { return io.poll() == 0; }));
  one.close();
  ASSERT_TRUE(run_until(io, [&] { return http->stats().connections == 1; }));
  EXPECT_EQ(two.post(target, "4other").status, 200);
}

TEST_F(EngineRulesTest, RefusesTheBodyOfWhoHasNoSessionBeforeItComes) {
  start();
  TestClient c = client();
  c.send("POST " + polling + "&sid=nobody HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n");
  EXPECT_EQ(c.answer().body, R"({"code":1,"message":"Session ID unknown"})");
  EXPECT_TRUE(c.wait_end());
}

TEST_F(EngineRulesTest, EndsAWaitingPollWhenTheClientCloses) {
  start();
  TestClient poll = client(), post = client();
  const auto target = open(poll);
  send_get(poll, target);
  wait_requests(2);
  EXPECT_EQ(post.post(target, "1").status, 200);
  EXPECT_EQ(poll.answer().body, "6");
  EXPECT_EQ(poll.get(target).status, 400);
  EXPECT_EQ(reasons, std::vector<std::string>{"transport close"});
}

TEST_F(EngineRulesTest, EndsWellAPollThatCrossedWithTheClientsClose) {
  start();
  TestClient c = client();
  const auto target = open(c);
  EXPECT_EQ(c.post(target, "4lost\x1e" "1").status, 200);
  EXPECT_EQ(reasons, std::vector<std::string>{"transport close"});
  EXPECT_EQ(c.post(target, "4more").status, 400);
  TestClient late = client();
  EXPECT_EQ(late.get(target).body, "6");
  EXPECT_EQ(late.get(target).status, 400);
  EXPECT_EQ(server->stats().sessions, 0u);
}

TEST_F(EngineRulesTest, GivesItsLastPacketsWithTheCloseOfAServer) {
  start();
  TestClient c = client();
  const auto target = open(c);
  EXPECT_EQ(c.post(target, "4a\x1e" "4close me").status, 200);
  EXPECT_EQ(c.get(target).body, "4a\x1e" "1");
  EXPECT_EQ(c.get(target).status, 400);
  EXPECT_EQ(reasons, std::vector<std::string>{"asked"});
}

TEST_F(EngineRulesTest, TakesPayloadsAsTextOnly) {
  start();
  TestClient c = client();
  const auto target = open(c);
  EXPECT_EQ(c.post(target, "4a", "Content-Type: application/octet-stream\r\n").status, 400);
  EXPECT_EQ(c.get(target).status, 400);
}

TEST_F(EngineRulesTest, PacksLargePollsAsTheClientAccepts) {
  start();
  TestClient c = client();
  const auto target = open(c);
  const auto poll_of = [&](const std::string& message, const std::string& accepts) {
    c.post(target, "4" + message);
    return c.get(target, "Accept-Encoding: " + accepts + "\r\n");
  };
  const auto large = std::string(5000, 'x');
  const auto packed = poll_of(large, "gzip, deflate, br");
  EXPECT_NE(packed.head.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_LT(packed.body.size(), 1000u);
  EXPECT_NE(poll_of(large, "deflate").head.find("Content-Encoding: deflate\r\n"), std::string::npos);
  EXPECT_EQ(poll_of(large, "br").body, "4" + large);
  EXPECT_EQ(poll_of("small", "gzip").body, "4small");
}

TEST_F(EngineRulesTest, HoldsMaxPayloadOnEitherTransport) {
  EngineOptions options;
  options.max_payload_bytes = 1000;
  start(options);
  TestClient c = client(), w = client();
  EXPECT_EQ(c.post(open(c), "4" + std::string(1000, 'x')).status, 413);
  w.upgrade(websocket);
  w.text();
  w.send_text("4" + std::string(999, 'x'));
  EXPECT_EQ(w.text().size(), 1000u);
  w.send_text("4" + std::string(1000, 'x'));
  EXPECT_EQ(w.frame().substr(0, 3), "\x88\x03\xf1");
}

TEST_F(EngineRulesTest, AnswersPreflightsAndNamesAllOriginsWhereAllMay) {
  start();
  TestClient c = client();
  c.send("OPTIONS " + polling + " HTTP/1.1\r\nHost: h\r\nOrigin: http://x.example\r\nAccess-Control-Request-Method: POST\r\n"
         "Access-Control-Request-Headers: x-token\r\n\r\n");
  const auto preflight = c.answer();
  EXPECT_EQ(preflight.status, 204);
  EXPECT_NE(preflight.head.find("Access-Control-Allow-Headers: x-token\r\n"), std::string::npos);
  EXPECT_NE(c.get(polling, "Origin: http://x.example\r\n").head.find("Access-Control-Allow-Origin: *\r\n"), std::string::npos);
}

TEST_F(EngineRulesTest, PingsOverPollingAndEndsWhoDoesNotAnswer) {
  EngineOptions options;
  options.ping_interval_ms = 30;
  options.ping_timeout_ms = 200;
  start(options);
  TestClient c = client();
  const auto target = open(c);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(c.get(target).body, "2");
    EXPECT_EQ(c.post(target, "3").status, 200);
  }
  EXPECT_TRUE(wait_reason("ping timeout"));
  EXPECT_EQ(c.get(target).status, 400);
}

TEST_F(EngineRulesTest, UpgradesWhileAPollIsPendingAndLosesNothing) {
  start();
  TestClient poll = client(), ws = client();
  const auto target = open(poll);
  EXPECT_TRUE(ws.upgrade(websocket + "&sid=" + sid).starts_with("HTTP/1.1 101"));
  send_get(poll, target);
  wait_requests(3);
  ws.send_text("2probe");
  EXPECT_EQ(ws.text(), "3probe");
  EXPECT_EQ(poll.answer().body, "6");
  EXPECT_EQ(poll.post(target, "4during").status, 200);
  ws.send_text("5");
  ws.send_text("4after");
  EXPECT_EQ(ws.text(), "4during");
  EXPECT_EQ(ws.text(), "4after");
  EXPECT_EQ(poll.get(target).status, 400);
  TestClient second = client();
  second.upgrade(websocket + "&sid=" + sid);
  EXPECT_TRUE(second.frame().substr(0, 1) == "\x88" || second.ended);
  ws.send_text("4alive");
  EXPECT_EQ(ws.text(), "4alive");
}

TEST_F(EngineRulesTest, PingsOnAfterAnUpgrade) {
  EngineOptions options;
  options.ping_interval_ms = 50;
  options.upgrade_timeout_ms = 60'000;
  start(options);
  TestClient poll = client(), ws = client();
  open(poll);
  ws.upgrade(websocket + "&sid=" + sid);
  ws.send_text("2probe");
  EXPECT_EQ(ws.text(), "3probe");
  ws.send_text("5");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(ws.text(), "2");
    ws.send_text("3");
  }
}

TEST_F(EngineRulesTest, KeepsPollingWhereAnUpgradeFails) {
  EngineOptions options;
  options.upgrade_timeout_ms = 30;
  start(options);
  TestClient poll = client();
  const auto target = open(poll);
  for (const char* first : {"5", "4early", "2", "2probe"}) {  // the last one goes no further in time
    TestClient ws = client();
    ws.upgrade(websocket + "&sid=" + sid);
    ws.send_text(first);
    if (first == std::string("2probe")) {
      EXPECT_EQ(ws.text(), "3probe");
    }
    EXPECT_EQ(ws.frame().substr(0, 1), "\x88") << first;
    EXPECT_EQ(poll.post(target, "4x").status, 200) << first;
    EXPECT_EQ(poll.get(target).body, "4x") << first;
  }
}

TEST_F(EngineRulesTest, RefusesWebsocketsOfOtherVersionsTransportsAndSessions) {
  start();
  for (const std::string target : {"/engine.io/?EIO=3&transport=websocket", "/engine.io/?EIO=4&transport=polling",
                                   "/engine.io/?transport=websocket", "/engine.io/?EIO=4",
                                   "/engine.io/?EIO=4&transport=websocket&sid=nobody"}) {
    TestClient c = client();
    EXPECT_TRUE(c.upgrade(target).starts_with("HTTP/1.1 400")) << target;
    EXPECT_TRUE(c.wait_end());
  }
}

}  // namespace
}  // namespace taskrunner::net
