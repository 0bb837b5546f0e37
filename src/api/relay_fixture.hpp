#pragma once

#include "api/door_fixture.hpp"

#include <future>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::api {

/// For tests: one host of a fleet, its door on the test's loop.
struct FleetHost {
  FleetHost(boost::asio::io_context& io, const std::shared_ptr<Store>& store, const std::shared_ptr<Random>& random,
            const std::string& name, const std::string& public_url = "",
            std::shared_ptr<Authenticator> authenticator = no_authentication())
      : door(io, {"127.0.0.1", 0, {"http://h"}, 30'000, std::move(authenticator)}),
        runner({name, ""}, store, random, system_clock()) {
    door.start();
    url = public_url.empty() ? "http://127.0.0.1:" + std::to_string(door.local_port()) : public_url;
    runner.set_base_url(url);
  }
  ~FleetHost() {
    door.stop();
    runner.stop(true);
  }

  Door door;
  core::Runner runner;
  std::string url;
};

/// For tests: a host that relays, and one whose tasks it relays.
class RelayTest : public testing::Test {
 protected:
  explicit RelayTest(std::shared_ptr<Authenticator> authenticator = no_authentication())
      : here(io, store, random, "here", "", std::move(authenticator)) {
    here.door.attach(here.runner, {"/tasks", true, here.url});
  }

  /// A host with the topic log#1: its task logs two lines, and when told to go on `more_lines` longer ones and a last.
  std::unique_ptr<FleetHost> start_there(const std::string& public_url = "") {
    auto there = std::make_unique<FleetHost>(io, store, random, "there", public_url);
    const auto body = [this](const Json&, Context& context) {
      context.log("first");
      context.log("second", TaskLogLevel::warning);
      logged.set_value();
      go_on.get_future().wait();
      context.progress(Json{{"spent", 1}});
      for (int i = 0; i < more_lines; ++i) context.log(std::string(1'000, 'x'));
      context.log("last", TaskLogLevel::error);
      return Json(7);
    };
    there->runner.handle("log#1", make_factory(body), {});
    there->door.attach(there->runner, {"/tasks", true});
    there->runner.start();
    return there;
  }
  ObjectId start_task() {
    NewTask task;
    task.id = random->object_id(0);
    task.versioned_topic = "log#1";
    task.applicant = "me";
    task.data = Json{{"secret", 7}};
    store->add(std::span(&task, 1));
    logged.get_future().wait();
    return task.id;
  }
  std::string here_url(const ObjectId& id) const { return here.url + "/tasks/" + id.hex(); }
  SocketPeer peer_here(const std::string& name) { return {io, here.door.local_port(), name}; }
  net::testing::TestClient http_here() { return {io, here.door.local_port()}; }

  boost::asio::io_context io{1};
  std::shared_ptr<Random> random = std::make_shared<Random>(1);
  std::shared_ptr<Store> store = std::make_shared<store::MemoryStore>(system_clock(), random, KeepPolicy());
  std::promise<void> logged;
  std::promise<void> go_on;
  int more_lines = 0;
  FleetHost here;
};

}  // namespace taskrunner::api
