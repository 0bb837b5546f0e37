// The client that one host has of another, against this program's own server on the same loop.

#include "net/namespace_client.hpp"

#include <taskrunner/error.hpp>

#include "net/socketio_fixture.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/json/parse.hpp>

namespace taskrunner::net {
namespace {

class NamespaceClientTest : public testing::SocketIoServerTest {
 protected:
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(http->local_port()); }

  /// What the coroutine gives, run on the server's loop.
  template <typename T>
  std::optional<T> await(boost::asio::awaitable<T> work) {
    std::optional<T> result;
    bool done = false;
    failure = nullptr;
    boost::asio::co_spawn(io, std::move(work), [&](std::exception_ptr error, T value) {
      done = true;
      failure = error;
      if (!error) result = std::move(value);
    });
    EXPECT_TRUE(testing::run_until(io, [&] { return done; }));
    return result;
  }
  std::shared_ptr<NamespaceClient> join_there() { return await(join_namespace(origin(), "/"))->client; }
  std::string failure_text() const {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::exception_ptr failure;
};

TEST_F(NamespaceClientTest, EventsAndAcknowledgementsGoBothWaysAndTheServerEndsIt) {
  start();
  const auto client = join_there();
  ASSERT_TRUE(client && sockets.size() == 1);
  sockets[0]->on("double", [](const boost::json::array& args, const Ack& ack) { ack(std::to_string(2 * args.at(0).as_int64())); });
  sockets[0]->emit("news", R"({"n":1},"x")");
  const auto news = await(client->read()).value();
  EXPECT_EQ(*news->payload, boost::json::parse(R"(["news",{"n":1},"x"])"));
  client->send_event(R"(["double",21])", 7);
  const auto answer = await(client->read()).value();
  EXPECT_EQ(answer->type, SocketPacketType::ack);
  EXPECT_EQ(answer->id, 7u);
  EXPECT_EQ(*answer->payload, boost::json::parse("[42]"));
  sockets[0]->disconnect();
  EXPECT_FALSE(await(client->read()).value().has_value());
  EXPECT_EQ(client->queued_bytes(), 0u);
}

TEST_F(NamespaceClientTest, ARefusalIsHandedOnWithItsData) {
  start();
  NamespaceHandlers handlers;
  handlers.on_connect_request = [](std::shared_ptr<const Handshake>) -> boost::asio::awaitable<ConnectDecision> {
    co_return ConnectDecision::refuse("no", R"({"why":1})");
  };
  server->of("/closed", handlers);
  const auto answer = await(join_namespace(origin(), "/closed"));
  ASSERT_TRUE(answer);
  EXPECT_FALSE(answer->client);
  EXPECT_EQ(answer->refusal, boost::json::parse(R"({"message":"no","data":{"why":1}})"));
}

TEST_F(NamespaceClientTest, AServerThatEndsOrIsNotThereIsAnError) {
  start();
  const auto client = join_there();
  server->stop();
  http->stop();
  EXPECT_FALSE(await(client->read()));
  EXPECT_TRUE(failure);
  EXPECT_FALSE(await(join_namespace(origin(), "/")));
  EXPECT_NE(failure_text().find("cannot reach " + origin()), std::string::npos) << failure_text();
}

TEST_F(NamespaceClientTest, WhoClosesItEndsTheReadThatWaits) {
  start();
  const auto client = join_there();
  boost::asio::post(io, [&] { client->close(); });
  EXPECT_FALSE(await(client->read()));
  EXPECT_TRUE(failure);
  EXPECT_TRUE(wait_reason("transport close") || wait_reason("transport error"));
}

}  // namespace
}  // namespace taskrunner::net
