#pragma once

#include "api/door_fixture.hpp"

#include <atomic>
#include <map>
#include <memory>
#include <semaphore>
#include <string>
#include <utility>

namespace taskrunner::api {

/// For tests: knows clients by the names that they come with, as `Authorization: Bearer NAME` or `{token: NAME}`.
class NamedClients final : public Authenticator {
 public:
  std::map<std::string, Identity> known;

  Admission of_request(const net::HttpRequest& request) override {
    const std::string_view bearer = request.headers.get("Authorization");
    return of(std::string(bearer.substr(std::min<std::size_t>(bearer.size(), 7))));
  }
  Admission of_socket(const net::Handshake& handshake) override {
    const boost::json::value* token = handshake.auth.get_object().if_contains("token");
    return of(token ? std::string(token->get_string()) : "");
  }

 private:
  Admission of(const std::string& name) const {
    const auto found = known.find(name);
    if (found == known.end()) return {nullptr, "nobody goes by that name"};
    return {std::make_shared<const Identity>(found->second)};
  }
};

inline AccessPtr access_of(AccessRule rule) { return std::make_shared<const Access>(std::move(rule)); }
inline std::string token_of(const std::string& name) { return R"({"token":")" + name + "\"}"; }

/// For tests: a door that knows its clients. `me` sees and may change what `me` has added.
class RightsTest : public DoorTest {
 protected:
  RightsTest() : RightsTest(std::make_shared<NamedClients>()) {}

  SocketPeer peer_of(const std::string& name, const std::string& where = "/tasks") {
    return {io, door.local_port(), where, token_of(name)};
  }
  net::testing::TestClient::Answer get_as(const std::string& name, const std::string& path) {
    return http().get(path, "Authorization: Bearer " + name + "\r\n");
  }
  net::testing::TestClient::Answer send_as(const std::string& name, const std::string& method, const std::string& path,
                                           const std::string& body = "", const std::string& type = "application/json") {
    auto client = http();
    client.send(method + " " + path + " HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer " + name + "\r\nContent-Type: " + type +
                "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.answer();
  }

  /// A task that waits for a time far off.
  ObjectId add_waiting(const std::string& applicant, const std::string& topic = "echo#1", const Json& data = {}) {
    NewTask task = new_task(applicant, topic);
    task.wait_until_ms = system_clock().wall_ms() + 3'600'000;
    task.data = data;
    store->add(std::span(&task, 1));
    return task.id;
  }
  NewTask new_task(const std::string& applicant, const std::string& topic) {
    NewTask task;
    task.id = random->object_id(0);
    task.versioned_topic = topic;
    task.applicant = applicant;
    return task;
  }

  const std::shared_ptr<NamedClients> clients;
  const ObjectId absent = random->object_id(0);

 private:
  explicit RightsTest(std::shared_ptr<NamedClients> named) : DoorTest(30'000, named), clients(std::move(named)) {
    clients->known["all"] = Identity{};
    clients->known["me"] = Identity{"me", Role::admin, access_of({Json{{"applicant", "me"}}})};
    clients->known["echo"] = Identity{"echo", Role::admin, access_of({{}, std::vector<std::string>{"echo#1"}})};
    clients->known["blind"] = Identity{"me", Role::admin, access_of({{}, {}, {"data", "progress", "logs", "worker"}})};
    clients->known["operator"] = Identity{"op", Role::operator_};
    clients->known["viewer"] = Identity{"v", Role::viewer};
  }
};

/// For tests: the topic work#1 runs. Each task says its progress and logs a line whenever its applicant is let go on.
class WorkTest : public RightsTest {
 protected:
  ~WorkTest() override {
    door.stop();
    for (auto& [applicant, gate] : gates_) end(applicant);
    runner.stop(true);
  }

  /// One task of each, as they run.
  std::map<std::string, ObjectId> start_work(std::initializer_list<const char*> applicants) {
    runner.handle("work#1", make_factory([this](const Json&, Context& context) { return work(context); }), {});
    std::map<std::string, ObjectId> ids;
    for (const char* applicant : applicants) {
      gates_[applicant];
      NewTask task = new_task(applicant, "work#1");
      task.data = Json{{"secret", 7}};
      ids[applicant] = task.id;
      store->add(std::span(&task, 1));
    }
    runner.start();
    for (std::size_t i = 0; i < ids.size(); ++i) started_.acquire();
    return ids;
  }
  void go_on(const std::string& applicant) { gates_.at(applicant).go_on.release(); }
  void end(const std::string& applicant) {
    gates_.at(applicant).is_over = true;
    go_on(applicant);
  }

 private:
  struct Gate {
    std::counting_semaphore<> go_on{0};
    std::atomic<bool> is_over = false;
  };
  Json work(Context& context) {
    const std::string applicant = *context.task().applicant;
    Gate& gate = gates_.at(applicant);
    started_.release();
    for (gate.go_on.acquire(); !gate.is_over; gate.go_on.acquire()) {
      context.progress(Json{{"spent", 1}});
      context.log("a line of " + applicant);
    }
    return Json(7);
  }

  std::map<std::string, Gate> gates_;
  std::counting_semaphore<> started_{0};
};

}  // namespace taskrunner::api
