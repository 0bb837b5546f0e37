// A task's own namespace, from its first log line to its end.

#include "api/door_fixture.hpp"

#include <future>

namespace taskrunner::api {
namespace {

class TaskNamespaceTest : public DoorTest {
 protected:
  /// A task that has logged two lines, and goes on when `go_on` is set.
  ObjectId start_task() {
    const auto body = [this](const Json&, Context& context) {
      context.log("first");
      context.log("second", TaskLogLevel::warning);
      logged.set_value();
      go_on.get_future().wait();
      context.log("third", TaskLogLevel::error);
      return Json(7);
    };
    runner.handle("log#1", make_factory(body), {});
    runner.start();
    NewTask task;
    task.id = random->object_id(0);
    task.versioned_topic = "log#1";
    store->add(std::span(&task, 1));
    logged.get_future().wait();
    return task.id;
  }

  std::promise<void> logged;
  std::promise<void> go_on;
};

TEST_F(TaskNamespaceTest, TheLastLogLinesComeFirstThenLiveOnesThenTheTaskAndItsEnd) {
  const ObjectId id = start_task();
  auto own = peer("/tasks/" + id.hex());
  std::vector<std::string> told;
  std::string outcome;
  for (JsonArray event = own.next(); event[0].as_string() != "disconnect"; event = own.next()) {
    told.push_back(event[0].as_string());
    if (told.back() == "log") told.back() += " " + event[1].at("level").as_string() + " " + event[1].at("text").as_string();
    if (told.back() != "task") continue;
    if (told[told.size() - 2] == "task") told.pop_back();  // its end may be said twice
    const Json* found = event[1].find("outcome");
    outcome = found ? found->as_string() : "none yet";
    if (!found) go_on.set_value();
  }
  EXPECT_EQ(told, (std::vector<std::string>{"log info first", "log warning second", "task", "log error third", "task"}));
  EXPECT_EQ(outcome, "success");
}

TEST_F(TaskNamespaceTest, TheLastLinesOfAnEndedTaskCanStillBeRead) {
  const ObjectId id = start_task();
  auto own = peer("/tasks/" + id.hex());
  go_on.set_value();
  while (own.next()[0].as_string() != "disconnect") {
  }
  const auto lines = Json::parse(get("/api/v1/tasks/" + id.hex() + "/logs").body);
  ASSERT_EQ(lines.as_array().size(), 3u);
  EXPECT_EQ(lines.as_array()[2].at("text").as_string(), "third");
  EXPECT_EQ(peer("/tasks/" + id.hex()).answer().substr(0, 2), "44");
}

}  // namespace
}  // namespace taskrunner::api
