#include "net/http_server.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <taskrunner/error.hpp>

#include "net/test_client.hpp"

namespace taskrunner::net {
namespace {

using testing::run_until;
using testing::TestClient;

class HttpServerTest : public ::testing::Test {
 protected:
  HttpServer& start(HttpServerOptions options = {}) {
    server = std::make_unique<HttpServer>(io, options);
    server->handle("/echo", [](HttpRequest request) -> boost::asio::awaitable<HttpResponse> {
      co_return text_response(200, request.method + " " + request.path + " " + request.body);
    });
    server->handle("/under/", [](HttpRequest request) -> boost::asio::awaitable<HttpResponse> {
      co_return text_response(200, "under " + request.path);
    });
    server->handle("/throws", [](HttpRequest) -> boost::asio::awaitable<HttpResponse> {
      throw std::runtime_error("secret");
      co_return HttpResponse{};
    });
    server->listen();
    return *server;
  }
  TestClient client() { return TestClient(io, server->local_port()); }

  boost::asio::io_context io{1};
  std::unique_ptr<HttpServer> server;
};

TEST_F(HttpServerTest, AnswersExactPathsPrefixesAndNothing) {
  start();
  TestClient c(io, server->local_port());
  EXPECT_EQ(c.get("/echo?x=1").body, "GET /echo ");
  EXPECT_EQ(c.get("/under/a%20b").body, "under /under/a b");
  EXPECT_EQ(c.get("/echo/more").status, 404);
  EXPECT_EQ(c.get("/").status, 404);
}

TEST_F(HttpServerTest, ReadsBodiesByLengthAndInChunksAndAnswersPipelinedRequestsInOrder) {
  start();
  TestClient c(io, server->local_port());
  EXPECT_EQ(c.post("/echo", "hello").body, "POST /echo hello");
  c.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
         "GET /echo HTTP/1.1\r\nHost: h\r\n\r\nGET /under/x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(c.answer().body, "POST /echo abcde");
  EXPECT_EQ(c.answer().body, "GET /echo ");
  EXPECT_EQ(c.answer().body, "under /under/x");
}

TEST_F(HttpServerTest, ReadsARequestThatComesByteByByte) {
  start();
  TestClient c(io, server->local_port());
  for (const char byte : std::string("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc")) {
    c.send({&byte, 1});
    io.poll();
    io.restart();
  }
  EXPECT_EQ(c.answer().body, "POST /echo abc");
}

TEST_F(HttpServerTest, SaysContinueToWhoExpectsIt) {
  start();
  TestClient c(io, server->local_port());
  c.send("POST /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(c.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  c.send("ok");
  EXPECT_EQ(c.answer().body, "POST /echo ok");
}

TEST_F(HttpServerTest, CountsAHeadAnswerAndSendsNoBody) {
  start();
  TestClient c(io, server->local_port());
  c.send("HEAD /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(c.until("\r\n\r\n").find("Content-Length: 11\r\n"), std::string::npos);
  EXPECT_EQ(c.get("/echo").body, "GET /echo ");
}

TEST_F(HttpServerTest, HidesWhatAHandlerThrew) {
  start();
  TestClient c(io, server->local_port());
  const auto answer = c.get("/throws");
  EXPECT_EQ(answer.status, 500);
  EXPECT_EQ(answer.body.find("secret"), std::string::npos);
  EXPECT_EQ(c.get("/echo").status, 200);
}

TEST_F(HttpServerTest, RefusesBrokenAndAmbiguousRequestsAndCloses) {
  HttpServerOptions options;
  options.body_limit_bytes = 10;
  options.header_limit_bytes = 1000;
  start(options);
  const std::string post = "POST /echo HTTP/1.1\r\nHost: h\r\n";
  const std::vector<std::pair<std::string, int>> cases{
      {"nonsense\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\n\r\n", 400},
      {"GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"GET echo HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /%00 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /echo HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
      {post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {post + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {post + "Transfer-Encoding: chunked\r\n\r\n0\n\r\n\r\n", 400},
      {post + "Content-Length: -1\r\n\r\n", 400},
      {post + "Content-Length: 11\r\n\r\n", 413},
      {post + "Transfer-Encoding: chunked\r\n\r\nb\r\n12345678901\r\n0\r\n\r\n", 413},
      {post + "Expect: magic\r\nContent-Length: 1\r\n\r\n", 417},
      {"GET /echo HTTP/1.1\r\nHost: h\r\nX: " + std::string(2000, 'x') + "\r\n\r\n", 431},
  };
  for (const auto& [request, status] : cases) {
    TestClient c(io, server->local_port());
    c.send(request);
    EXPECT_EQ(c.answer().status, status) << request;
    EXPECT_TRUE(c.wait_end()) << request;
  }
}

TEST_F(HttpServerTest, ClosesSlowHeadsSlowBodiesAndIdleConnections) {
  HttpServerOptions options;
  options.header_timeout_ms = options.body_timeout_ms = options.idle_timeout_ms = 60;
  start(options);
  TestClient idle(io, server->local_port()), head(io, server->local_port()), body(io, server->local_port());
  head.send("GET /ec");
  body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nab");
  EXPECT_EQ(head.answer().status, 408);
  EXPECT_EQ(body.answer().status, 408);
  EXPECT_TRUE(idle.wait_end() && head.wait_end() && body.wait_end());
  EXPECT_TRUE(run_until(io, [&] { return server->stats().connections == 0; }));
}

TEST_F(HttpServerTest, RefusesConnectionsAboveTheLimitAtOnce) {
  HttpServerOptions options;
  options.max_connections = 2;
  start(options);
  TestClient one(io, server->local_port()), two(io, server->local_port());
  EXPECT_EQ(one.get("/echo").status, 200);
  EXPECT_EQ(two.get("/echo").status, 200);
  TestClient three(io, server->local_port());
  EXPECT_EQ(three.answer().status, 503);
  one.close();
  ASSERT_TRUE(run_until(io, [&] { return server->stats().connections == 1; }));
  TestClient four(io, server->local_port());
  EXPECT_EQ(four.get("/echo").status, 200);
}

TEST_F(HttpServerTest, CountsEachClientBehindATrustedProxy) {
  HttpServerOptions options;
  options.trusted_proxies = Networks({"127.0.0.0/8"});
  options.max_connections_per_address = 1;
  start(options);
  server->handle("/who", [](HttpRequest request) -> boost::asio::awaitable<HttpResponse> {
    co_return text_response(200, request.remote_address);
  });
  TestClient one(io, server->local_port()), two(io, server->local_port());
  EXPECT_EQ(one.get("/who", "X-Forwarded-For: 203.0.113.9, 198.51.100.1\r\n").body, "198.51.100.1");
  EXPECT_EQ(one.get("/who", "X-Forwarded-For: 198.51.100.1\r\n").body, "198.51.100.1");
  const auto refused = two.get("/who", "X-Forwarded-For: 198.51.100.1\r\n");
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 5\r\n"), std::string::npos);
  EXPECT_EQ(server->stats().refused_by_address, 1u);
  one.close();
  ASSERT_TRUE(two.wait_end());
  TestClient three(io, server->local_port());
  EXPECT_EQ(three.get("/who", "X-Forwarded-For: 198.51.100.1\r\n").body, "198.51.100.1");
  EXPECT_EQ(three.get("/who").body, "127.0.0.1");
}

TEST_F(HttpServerTest, LetsOnlySoManyBeginASecond) {
  HttpServerOptions options;
  options.max_connections_per_second = 2;
  options.retry_after_s = 7;
  start(options);
  TestClient one(io, server->local_port()), two(io, server->local_port()), three(io, server->local_port());
  const auto refused = three.answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_NE(refused.head.find("Retry-After: 7\r\n"), std::string::npos);
  EXPECT_EQ(one.get("/echo").status, 200);
  EXPECT_EQ(server->stats().refused_by_rate, 1u);
}

TEST_F(HttpServerTest, NamesOnlyOriginsThatMayAndRefusesTheOthers) {
  HttpServerOptions options;
  options.origins.allows = [](std::string_view origin, std::string_view) { return origin == "https://good.example"; };
  start(options);
  TestClient c(io, server->local_port());
  EXPECT_NE(c.get("/echo", "Origin: https://good.example\r\n").head.find("Access-Control-Allow-Origin: https://good.example\r\n"),
            std::string::npos);
  c.send("OPTIONS /echo HTTP/1.1\r\nHost: h\r\nOrigin: https://good.example\r\nAccess-Control-Request-Method: PUT\r\n\r\n");
  EXPECT_EQ(c.answer().status, 204);
  const auto bad = c.get("/echo", "Origin: https://bad.example\r\n");
  EXPECT_EQ(bad.status, 403);
  EXPECT_EQ(bad.head.find("bad.example"), std::string::npos);
}

TEST_F(HttpServerTest, StreamsInChunksAndCancelsTheStreamWhenTheClientLeaves) {
  start();
  bool cancelled = false;
  server->handle("/stream", [&](HttpRequest) -> boost::asio::awaitable<HttpResponse> {
    HttpResponse response = text_response(200, "", "text/event-stream");
    response.stream = [&](HttpBodyWriter& writer) -> boost::asio::awaitable<void> {
      co_await writer.write("data: 1\n\n");
      boost::asio::steady_timer never(io, std::chrono::hours(1));
      try {
        co_await never.async_wait(boost::asio::use_awaitable);
      } catch (const boost::system::system_error&) {
        cancelled = writer.closed();
      }
    };
    co_return response;
  });
  TestClient c(io, server->local_port());
  c.send("GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_NE(c.until("\r\n\r\n").find("Transfer-Encoding: chunked\r\n"), std::string::npos);
  EXPECT_EQ(c.until("\n\n\r\n"), "9\r\ndata: 1\n\n\r\n");
  c.close();
  EXPECT_TRUE(run_until(io, [&] { return cancelled; }));
}

TEST_F(HttpServerTest, TakesTurnsWithALargeAnswerAndASlowReader) {
  start();
  const auto large = std::make_shared<const std::string>(20'000'000, 'x');
  server->handle("/large", [large](HttpRequest) -> boost::asio::awaitable<HttpResponse> {
    HttpResponse response = empty_response(200);
    response.shared_body = large;
    co_return response;
  });
  TestClient c(io, server->local_port());
  EXPECT_EQ(c.get("/large").body.size(), large->size());
}

TEST_F(HttpServerTest, NamesThePortThatIsTaken) {
  start();
  HttpServerOptions options;
  options.port = server->local_port();
  HttpServer second(io, options);
  try {
    second.listen();
    FAIL() << "two servers on one port";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("127.0.0.1:" + std::to_string(options.port)), std::string::npos);
  }
}

TEST_F(HttpServerTest, StopsTwiceAndLeavesNothingBehind) {
  start();
  TestClient c(io, server->local_port());
  EXPECT_EQ(c.get("/echo").status, 200);
  server->stop();
  server->stop();
  EXPECT_TRUE(c.wait_end());
  EXPECT_EQ(server->stats().connections, 0u);
}

}  // namespace
}  // namespace taskrunner::net
