// Several runners in one process, and their doors.
#include "engine/engine_fixture.hpp"

#include "app/http_client.hpp"
#include "app/socketio_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <optional>

namespace taskrunner::engine {
namespace {

class Doors : public EngineTest {
 protected:
  TaskRunnerOptions at(const std::string& listen, const std::string& socket_namespace = "/tasks") const {
    TaskRunnerOptions options = this->options();
    options.store = store_url(socket_namespace.substr(1));
    options.listen = listen;
    options.socket_namespace = socket_namespace;
    options.instance = "host" + socket_namespace;
    return options;
  }
  static std::string address_of(const TaskRunner& runner) { return "127.0.0.1:" + std::to_string(runner.port()); }
  static void handle_work(TaskRunner& runner) {
    runner.handle("work#1", [](Json data, Context&) { return data; });
  }
  /// The data of the tasks that a client of that namespace sees.
  static std::string listed(const std::string& address, const std::string& socket_namespace) {
    app::SocketPolls polls;
    app::SocketIoClient client(polls, "http://" + address, socket_namespace);
    const Json answer = client.call("subscribeQuery", Json::object());
    std::string data;
    for (const Json& task : answer.at("list").as_array()) data += task.at("data").as_string() + " ";
    return data;
  }
};

TEST_P(Doors, TwoRunnersShareAPortWithNamespacesAndCollectionsOfTheirOwn) {
  TaskRunner two(at("127.0.0.1:0", "/tasks1"));
  const std::string address = address_of(two);
  TaskRunner one(at(address, "/tasks"));
  handle_work(one);
  handle_work(two);
  EXPECT_EQ(two.port(), one.port());
  one.start();
  two.start();
  const ObjectId first = one.add("work#1", Json("first"));
  const ObjectId second = two.add("work#1", Json("second"));
  EXPECT_EQ(await_end(one, first).response, Json("first"));
  EXPECT_EQ(await_end(two, second).response, Json("second"));
  EXPECT_FALSE(one.get(second));
  EXPECT_EQ(listed(address, "/tasks"), "first ");
  EXPECT_EQ(listed(address, "/tasks1"), "second ");
  one.stop();
  EXPECT_EQ(listed(address, "/tasks1"), "second ");
  EXPECT_THROW(listed(address, "/tasks"), Error);
  one.start();
  EXPECT_EQ(one.port(), two.port());
  EXPECT_EQ(listed(address, "/tasks"), "first ");
}

TEST_P(Doors, ANamespaceThatIsTakenIsRefusedAndTheRunnerMayStartLater) {
  TaskRunner one(at("127.0.0.1:0"));
  one.start();
  TaskRunnerOptions same = at(address_of(one));
  if (GetParam() == "sqlite") same.store = store_url("other");
  TaskRunner two(same);
  handle_work(two);
  EXPECT_THROW(two.start(), Error);
  one.stop();
  two.start();
  EXPECT_EQ(await_end(two, two.add("work#1", Json("late"))).outcome, TaskOutcome::success);
}

TEST_P(Doors, ATakenPortIsRefusedAndTheRunnerMayStartWhenItIsFree) {
  std::optional<TaskRunner> runner(std::in_place, at("127.0.0.1:0"));
  handle_work(*runner);
  const std::string address = address_of(*runner);
  runner.reset();
  boost::asio::io_context io;
  const boost::asio::ip::tcp::endpoint endpoint(boost::asio::ip::address_v4::loopback(),
                                                static_cast<std::uint16_t>(std::stoi(address.substr(10))));
  std::optional<boost::asio::ip::tcp::acceptor> other(std::in_place, io, endpoint);
  EXPECT_THROW({ TaskRunner refused(at(address)); }, Error);
  other.reset();
  runner.emplace(at(address));
  runner->start();
  runner->stop();
  other.emplace(io, endpoint);
  EXPECT_THROW(runner->start(), Error);
  other.reset();
  runner->start();
  EXPECT_EQ(app::HttpClient("http://" + address).send("GET", "/healthz").status, 200);
}

TEST_P(Doors, AfterARestartTasksAreShownAtThePortThatIsOpenNow) {
  TaskRunner runner(at("127.0.0.1:0"));
  runner.handle("endless#1", [](Json, Context& context) { return block_until_stopped(context); });
  for (int life = 0; life < 2; ++life) {
    runner.start();
    const ObjectId id = life ? runner.find({}).at(0)->id : runner.add("endless#1", Json());
    const TaskPtr task = await_task(runner, id, in_state(TaskState::running));
    EXPECT_EQ(task->public_url, "http://" + address_of(runner) + "/tasks/" + id.hex());
    runner.stop();
    EXPECT_EQ(runner.port(), 0);
  }
}

TEST_P(Doors, AStopWithoutAStartClosesTheDoor) {
  TaskRunner runner(at("127.0.0.1:0"));
  const std::string origin = "http://" + address_of(runner);
  runner.stop();
  EXPECT_THROW(app::HttpClient(origin, 2'000).send("GET", "/healthz"), Error);
}

TEST_P(Doors, StoresOfTheirOwnKeepRunnersApart) {
  TaskRunnerOptions elsewhere = options();
  elsewhere.store = "memory:";
  TaskRunner one(options());
  TaskRunner two(elsewhere);
  handle_work(one);
  handle_work(two);
  two.start();
  const ObjectId waiting = one.add("work#1", Json("one's"));
  EXPECT_EQ(await_end(two, two.add("work#1", Json("two's"))).outcome, TaskOutcome::success);
  EXPECT_FALSE(two.get(waiting));
  EXPECT_EQ(one.get(waiting)->state, TaskState::to_do);
  one.start();
  EXPECT_EQ(await_end(one, waiting).response, Json("one's"));
}

INSTANTIATE_TEST_SUITE_P(Stores, Doors, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
