// Clients that read too slowly, or never.

#include "api/door_fixture.hpp"

namespace taskrunner::api {
namespace {

constexpr std::size_t task_count = 120;
constexpr std::size_t task_bytes = 50'000;
constexpr std::size_t soft_limit_bytes = 1024 * 1024;
const std::string polling = "/socket.io/?EIO=4&transport=polling";

class SlowClientTest : public DoorTest {
 protected:
  explicit SlowClientTest(int stalled_timeout_ms = 30'000) : DoorTest(stalled_timeout_ms) {}

  /// Adds them a few at a time, so that there are steps to tell, each time until `watcher` has heard of all.
  void add_tasks_before(SocketPeer& watcher) {
    watcher.ask("subscribeQuery", "{}");
    for (std::size_t seen = 0; seen < task_count;) {
      std::vector<NewTask> tasks(10);
      for (NewTask& task : tasks) {
        task.id = random->object_id(0);
        task.data = Json(std::string(task_bytes, 'x'));
      }
      store->add(tasks);
      for (const std::size_t all = seen + tasks.size(); seen < all;) {
        const JsonArray event = watcher.next();
        ASSERT_EQ(event[0].as_string(), "change");
        EXPECT_EQ(event[1].at("seq").as_int64(), static_cast<std::int64_t>(++seen));
      }
    }
  }

  /// A polling client with a subscription to everything, that has read all so far. The path of its session.
  std::string subscribe_by_polling() {
    auto client = http();
    const std::string open = client.get(polling).body;
    const std::size_t sid = open.find("\"sid\":\"") + 7;
    const std::string path = polling + "&sid=" + open.substr(sid, open.find('"', sid) - sid);
    client.post(path, "40/tasks,");
    client.post(path, "42/tasks,0[\"subscribeQuery\",{}]");
    for (std::string body; body.find("subscriptionId") == std::string::npos;) body = client.get(path).body;
    return path;
  }

  /// The events of a poll's answer.
  static std::vector<JsonArray> events_of(const std::string& body) {
    const std::string prefix = "42/tasks,";
    std::vector<JsonArray> events;
    for (std::size_t at = body.find(prefix); at != std::string::npos; at = body.find(prefix, at)) {
      at += prefix.size();
      events.push_back(Json::parse(body.substr(at, body.find('\x1e', at) - at)).as_array());
    }
    return events;
  }
};

class ImpatientDoorTest : public SlowClientTest {
 protected:
  ImpatientDoorTest() : SlowClientTest(2'000) {}
};

TEST_F(ImpatientDoorTest, OneThatNeverReadsIsHeldToItsBoundAndClosedAndTheOthersNoticeNothing) {
  const std::string slow = subscribe_by_polling();
  auto good = peer();
  add_tasks_before(good);
  EXPECT_LT(metric("taskrunner_socketio_queued_bytes"), soft_limit_bytes + 2 * task_bytes);
  while (metric("taskrunner_socketio_connections") > 1) io.run_one_for(std::chrono::milliseconds(50));
  EXPECT_EQ(get(slow).status, 400);
  EXPECT_EQ(metric("taskrunner_socketio_queued_bytes"), 0);
  EXPECT_EQ(good.ask("get", "{}").at(0).is_string(), true);
}

TEST_F(SlowClientTest, OneThatCatchesUpGetsTheListInPlaceOfTheStepsThatItMissed) {
  const std::string path = subscribe_by_polling();
  auto good = peer();
  add_tasks_before(good);
  std::int64_t seq = 0;
  for (bool has_list = false; !has_list;) {
    const auto answer = get(path);
    ASSERT_EQ(answer.status, 200);
    for (const JsonArray& event : events_of(answer.body)) {
      has_list = event[0].as_string() == "list";
      const Json& about = event[has_list ? 2 : 1];
      EXPECT_EQ(about.at("seq").as_int64(), ++seq);
      if (!has_list) continue;
      EXPECT_EQ(event[1].as_array().size(), task_count);
      EXPECT_TRUE(about.at("reset").as_bool());
    }
  }
  EXPECT_GT(seq, 10);
  EXPECT_LT(seq, 30);
}

TEST_F(SlowClientTest, AListLargerThanWhatMayWaitReachesAClientThatReads) {
  std::vector<NewTask> tasks(300);
  for (NewTask& task : tasks) {
    task.id = random->object_id(0);
    task.data = Json(std::string(task_bytes, 'x'));
  }
  store->add(tasks);
  const JsonArray answer = peer().ask("subscribeQuery", "{}");
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].at("list").as_array().size(), tasks.size());
}

}  // namespace
}  // namespace taskrunner::api
