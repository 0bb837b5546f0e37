// An echo server on our own framing, held against the table of autobahn_cases_test.cpp over real sockets.
#include <gtest/gtest.h>

#include <iostream>
#include <set>

#include "net/autobahn_cases.hpp"
#include "net/http_server.hpp"
#include "net/test_client.hpp"
#include "net/websocket_connection.hpp"

namespace taskrunner::net {
namespace {

class EchoUser final : public WebSocketUser {
 public:
  void on_bytes() override {}
  void on_message(WebSocketConnection& from, bool binary, std::string_view payload) override {
    from.send({binary ? WebSocketOpcode::binary : WebSocketOpcode::text, std::string(payload), nullptr, {}});
  }
  void on_written(WebSocketConnection&) override {}
  void on_closed(WebSocketConnection&, std::string_view) override {}
};

class AutobahnTest : public ::testing::Test {
 protected:
  AutobahnTest() : server(io, {}) {
    server.handle_upgrade("/", [this](HttpRequest request, UpgradedConnection given) {
      const auto websocket = std::make_shared<WebSocketConnection>(io, buffers, std::move(given), 1'000'000);
      websocket->start(request, {}, user);
    });
    server.listen();
  }

  /// What was wrong, or nothing.
  std::string fault(const testing::AutobahnCase& one) {
    testing::TestClient client(io, server.local_port());
    if (!client.upgrade("/").starts_with("HTTP/1.1 101")) return "no upgrade";
    for (const auto& chop : one.chops) {
      if (client.ended) break;
      client.send(chop);
      io.restart();
      io.poll();
    }
    for (const auto& [opcode, payload] : one.answers)
      if (client.frame() != static_cast<char>(0x80 | opcode) + payload) return "another answer than expected";
    const auto last = client.frame();
    if (last.size() < 3 || last[0] != '\x88') return "no close frame, or one without a code";
    const int code = static_cast<unsigned char>(last[1]) << 8 | static_cast<unsigned char>(last[2]);
    return code == one.close_code ? "" : "closed with " + std::to_string(code);
  }

  boost::asio::io_context io{1};
  std::shared_ptr<LoopBuffers> buffers = std::make_shared<LoopBuffers>();
  std::shared_ptr<EchoUser> user = std::make_shared<EchoUser>();
  HttpServer server;
};

TEST_F(AutobahnTest, EveryCaseOfSections1To7And10IsAnsweredAsItAsks) {
  std::set<std::string> ids;
  for (const auto& one : testing::autobahn_cases()) {
    EXPECT_TRUE(ids.insert(one.id).second) << one.id << " stands twice";
    EXPECT_EQ(fault(one), "") << "case " << one.id;
  }
  std::cout << "Autobahn cases held: " << ids.size() << "\n";
  EXPECT_EQ(ids.size(), 247u);
}

}  // namespace
}  // namespace taskrunner::net
