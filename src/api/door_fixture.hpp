#pragma once

#include "api/door.hpp"
#include "api/store_that_goes_away.hpp"
#include "base/random.hpp"
#include "core/runner.hpp"
#include "net/test_client.hpp"
#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::api {

/// For tests: a Socket.IO client of one namespace on a raw websocket, on the door's own loop.
class SocketPeer {
 public:
  /// `auth`: the payload of its CONNECT, as JSON text.
  SocketPeer(boost::asio::io_context& io, std::uint16_t port, const std::string& name, const std::string& auth = "")
      : client_(io, port), prefix_(name + ",") {
    client_.upgrade("/socket.io/?EIO=4&transport=websocket");
    client_.text();
    client_.send_text("40" + prefix_ + auth);
    answer_ = client_.text();
  }

  /// What its CONNECT was answered with.
  const std::string& answer() const { return answer_; }
  /// The next event as [name, argument …]; ["disconnect"] where the namespace or the connection ended.
  JsonArray next() {
    const std::string text = client_.text();
    if (const auto event = event_of(text)) return *event;
    if (text.empty() || text.starts_with("41")) return {Json("disconnect")};
    return next();
  }
  /// The names of all events that came.
  const std::vector<std::string>& heard() const { return heard_; }
  /// The arguments that the request is acknowledged with; what comes before it is dropped.
  JsonArray ask(const std::string& event, const std::string& payload) {
    client_.send_text("42" + prefix_ + "0[\"" + event + "\"," + payload + "]");
    const std::string ack = "43" + prefix_ + "0";
    for (std::string text = client_.text(); !text.empty(); text = client_.text()) {
      if (text.starts_with(ack)) return Json::parse(text.substr(ack.size())).as_array();
      event_of(text);
    }
    return {};
  }

 private:
  std::optional<JsonArray> event_of(const std::string& text) {
    if (!text.starts_with("42" + prefix_)) return std::nullopt;
    JsonArray event = Json::parse(text.substr(2 + prefix_.size())).as_array();
    heard_.push_back(event.at(0).as_string());
    return event;
  }

  net::testing::TestClient client_;
  const std::string prefix_;
  std::string answer_;
  std::vector<std::string> heard_;
};

/// For tests: a door on the test's own loop before a real runner, whose store can go away.
class DoorTest : public testing::Test {
 protected:
  explicit DoorTest(int stalled_timeout_ms = 30'000, std::shared_ptr<Authenticator> authenticator = no_authentication())
      : runner({"here", "http://127.0.0.1:1"}, store, random, system_clock()),
        door(io, {"127.0.0.1", 0, {"http://h"}, stalled_timeout_ms, std::move(authenticator)}) {
    door.start();
    door.attach(runner, {"/tasks"});
  }
  ~DoorTest() override {
    door.stop();
    runner.stop(true);
  }

  SocketPeer peer(const std::string& name = "/tasks") { return {io, door.local_port(), name}; }
  net::testing::TestClient http() { return {io, door.local_port()}; }
  net::testing::TestClient::Answer get(const std::string& path) { return http().get(path); }
  /// The number that /metrics says.
  std::int64_t metric(const std::string& name) {
    const std::string body = get("/metrics").body;
    return std::stoll(body.substr(body.find("\n" + name + " ") + name.size() + 2));
  }

  boost::asio::io_context io{1};
  std::shared_ptr<Random> random = std::make_shared<Random>(1);
  std::shared_ptr<StoreThatGoesAway> store =
      std::make_shared<StoreThatGoesAway>(std::make_shared<store::MemoryStore>(system_clock(), random, KeepPolicy()));
  core::Runner runner;
  Door door;
};

}  // namespace taskrunner::api
