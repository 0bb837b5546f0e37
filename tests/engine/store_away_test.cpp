// The store is away for a while: nothing is lost, nobody restarts anything.
#include "engine/away_store.hpp"
#include "engine/engine_fixture.hpp"

#include "app/shared_door.hpp"
#include "net/test_client.hpp"

#include <sys/resource.h>

#include <csignal>
#include <filesystem>

namespace taskrunner::engine {
namespace {

class StoreAway : public EngineTest {
 protected:
  StoreAway() : store(std::make_shared<AwayStore>(open_store())) {
    core::RunnerOptions options = runner_options();
    options.drain_ms = 100;
    options.grace_ms = 30'000;
    host = std::make_unique<core::Runner>(options, store, std::make_shared<Random>(3), system_clock());
    host->handle("work#1", make_factory([](Json data, Context&) { return data; }), {});
    host->handle("held#1", make_factory([story = story](Json, Context&) {
                   story->say("runs");
                   story->hold_until("go on");
                   story->say("done");
                   return Json("result");
                 }),
                 {});
    host->handle("saves#1", make_factory([story = story](Json, Context& context) {
                   SayAtEnd end(story, "unwound");
                   story->say("runs");
                   story->hold_until("go on");
                   story->say("saves");
                   context.save_blocking(Json("saved"));
                   return Json("result");
                 }),
                 {});
    host->start();
  }
  ~StoreAway() override { store->away = false; }

  ObjectId add(const std::string& topic) {
    NewTask task;
    task.versioned_topic = topic;
    task.data = Json(1);
    return host->add_blocking({task}).at(0).task->id;
  }

  static net::testing::TestClient::Answer post(std::uint16_t port, const std::string& body) {
    boost::asio::io_context io;
    net::testing::TestClient client(io, port);
    client.send("POST /api/v1/tasks HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
                "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                body);
    return client.answer();
  }

  const std::shared_ptr<AwayStore> store;
  std::unique_ptr<core::Runner> host;
};

TEST_P(StoreAway, AnAddFailsFastAndLaterOnesAreTaken) {
  store->away = true;
  try {
    add("work#1");
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::unavailable);
  }
  store->away = false;
  EXPECT_EQ(await_task(*store, add("work#1"), in_state(TaskState::completed))->outcome, TaskOutcome::success);
}

TEST_P(StoreAway, WhatRunsGoesOnAndItsResultIsWrittenWhenTheStoreIsBack) {
  const ObjectId id = add("held#1");
  story->await("runs");
  store->away = true;
  story->say("go on");
  story->await("done");
  store->away = false;
  const TaskPtr end = await_task(*store, id, in_state(TaskState::completed));
  EXPECT_EQ(end->response, Json("result"));
  EXPECT_EQ(end->epoch, 1);
  EXPECT_EQ(end->attempts, 1);
}

TEST_P(StoreAway, ASaveWaitsForTheStore) {
  const ObjectId id = add("saves#1");
  story->await("runs");
  store->away = true;
  story->say("go on");
  story->await("saves");
  EXPECT_EQ(story->count("unwound"), 0u);
  store->away = false;
  const TaskPtr end = await_task(*store, id, in_state(TaskState::completed));
  EXPECT_EQ(end->checkpoint, Json("saved"));
  EXPECT_EQ(end->response, Json("result"));
}

TEST_P(StoreAway, AStopDoesNotWaitForItAndAnotherHostRunsTheTaskAgain) {
  const ObjectId id = add("saves#1");
  story->await("runs");
  store->away = true;
  story->say("go on");
  story->await("saves");
  host->stop(true);
  EXPECT_EQ(story->count("unwound"), 1u);
  store->away = false;
  EXPECT_EQ(store->get(id)->state, TaskState::running);  // nobody could tell
  host->start();
  // Its session could not be closed: on the memory store it lapses, here somebody says that it is over.
  for (const SessionInfo& session : store->sessions())
    if (session.id == store->get(id)->lease->session) store->close_session(session.id);
  const TaskPtr end = await_task(*store, id, in_state(TaskState::completed));
  EXPECT_EQ(end->epoch, 2);
  EXPECT_EQ(end->losses, 0);  // it saved since
}

TEST_P(StoreAway, OverHttpAnAddIsAnswered503AndWhenToTryAgain) {
  const auto door = app::SharedDoor::open({"127.0.0.1:0"});
  door->attach(*host, {"/tasks"});
  const std::string task = R"({"versionedTopic":"work#1","data":1})";
  const std::string of_nobody = R"({"versionedTopic":"nobody#1","data":1})";
  store->away = true;
  for (const std::string& body : {task, of_nobody, "[" + task + "]"}) {
    const auto answer = post(door->port(), body);
    EXPECT_EQ(answer.status, 503) << answer.body;
    EXPECT_NE(answer.head.find("Retry-After: "), std::string::npos);
    EXPECT_NE(answer.head.find("application/problem+json"), std::string::npos);
    EXPECT_NE(answer.body.find("the store is away"), std::string::npos);
  }
  store->away = false;
  EXPECT_EQ(post(door->port(), task).status, 201);
  door->detach(*host);
}

/// No file of this process may become longer than that one is.
class FullDisk {
 public:
  explicit FullDisk(const std::string& longest) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit full = before_;
    full.rlim_cur = std::filesystem::file_size(longest);
    setrlimit(RLIMIT_FSIZE, &full);
  }
  ~FullDisk() { setrlimit(RLIMIT_FSIZE, &before_); }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
};

TEST_P(StoreAway, ADiskThatCannotBeWrittenLosesNothing) {
  if (GetParam() == "memory") return;  // it has none
  const ObjectId id = add("held#1");
  story->await("runs");
  {
    FullDisk full(folder.file("tasks.db-wal"));
    try {
      add("work#1");
      ADD_FAILURE() << "it was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::unavailable);
    }
    story->say("go on");
    story->await("done");
    EXPECT_EQ(store->get(id)->state, TaskState::running);  // it is still read
  }
  EXPECT_EQ(await_task(*store, id, in_state(TaskState::completed))->response, Json("result"));
  EXPECT_EQ(await_task(*store, add("work#1"), in_state(TaskState::completed))->outcome, TaskOutcome::success);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreAway, every_store(), name_of);

}  // namespace
}  // namespace taskrunner::engine
