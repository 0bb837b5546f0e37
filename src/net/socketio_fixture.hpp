#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "net/http_server.hpp"
#include "net/socketio_server.hpp"
#include "net/test_client.hpp"

namespace taskrunner::net::testing {

/// A server with the namespace "/" on the test's own loop.
class SocketIoServerTest : public ::testing::Test {
 protected:
  void start(SocketIoOptions options = {}) {
    http = std::make_unique<HttpServer>(io, HttpServerOptions{});
    server = std::make_unique<SocketIoServer>(io, options);
    NamespaceHandlers handlers;
    handlers.on_connection = [this](std::shared_ptr<Socket> socket) {
      sockets.push_back(socket);
      socket->on_disconnect([this](std::string_view reason) { reasons.emplace_back(reason); });
    };
    server->of("/", handlers);
    server->attach(*http);
    http->listen();
  }
  /// A websocket that has joined "/" (or, with another CONNECT, elsewhere).
  std::unique_ptr<TestClient> join(const std::string& connect = "40") {
    auto client = std::make_unique<TestClient>(io, http->local_port());
    EXPECT_TRUE(client->upgrade(websocket).starts_with("HTTP/1.1 101"));
    EXPECT_TRUE(client->text().starts_with("0{"));
    client->send_text(connect);
    EXPECT_TRUE(client->text().starts_with(connect.substr(0, connect.find('{')) + "{\"sid\":\""));
    return client;
  }
  std::string open_polling(TestClient& client) {
    const auto body = client.get(polling).body;
    const auto at = body.find("\"sid\":\"") + 7;
    return body.substr(at, body.find('"', at) - at);
  }
  bool wait_reason(const std::string& reason) {
    return run_until(io, [&] { return !reasons.empty() && reasons.back() == reason; });
  }

  const std::string websocket = "/socket.io/?EIO=4&transport=websocket";
  const std::string polling = "/socket.io/?EIO=4&transport=polling";
  boost::asio::io_context io{1};
  std::vector<std::shared_ptr<Socket>> sockets;
  std::vector<std::string> reasons;  // outlives the server, whose end is a reason too
  std::unique_ptr<HttpServer> http;
  std::unique_ptr<SocketIoServer> server;
};

}  // namespace taskrunner::net::testing
