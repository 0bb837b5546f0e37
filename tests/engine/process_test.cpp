// The end of a whole process: polite, hurried, and kill -9.
#include "engine/engine_fixture.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

extern char** environ;

namespace taskrunner::engine {
namespace {

/// engine_host on that store.
class Host {
 public:
  explicit Host(const std::string& store) {
    int ends[2] = {};
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    std::string program = ENGINE_HOST;
    std::string argument = store;
    char* arguments[] = {program.data(), argument.data(), nullptr};
    const int failed = posix_spawn(&pid_, ENGINE_HOST, &actions, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
    if (failed) throw std::runtime_error("engine_host does not start");
  }
  ~Host() {
    end(SIGKILL);
    if (output_) std::fclose(output_);
  }
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  /// Its next line; empty where it ended.
  std::string line() {
    char text[200] = {};
    if (!std::fgets(text, sizeof text, output_)) return "";
    std::string line = text;
    if (line.ends_with('\n')) line.pop_back();
    return line;
  }
  void send(int number) const { kill(pid_, number); }
  /// Its exit code; -1 where a signal ended it.
  int wait() {
    if (pid_ == 0) return code_;
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = 0;
    return code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  int end(int number) {
    if (pid_) send(number);
    return wait();
  }

 private:
  pid_t pid_ = 0;
  int code_ = -1;
  std::FILE* output_ = nullptr;
};

class Process : public testing::Test {
 protected:
  /// A task for the host to find.
  ObjectId add_before(const std::string& topic) {
    TaskRunner runner(options());
    runner.handle(topic, [](Json, Context&) { return Json(); });
    return runner.add(topic, Json("original"));
  }
  TaskRunnerOptions options() const {
    TaskRunnerOptions options;
    options.store = store;
    options.listen = "";
    options.instance = "after";
    return options;
  }
  TaskPtr look(const ObjectId& id) const { return TaskRunner(options()).get(id); }

  TemporaryFolder folder;
  const std::string store = "sqlite:" + folder.file("tasks.db");
  const std::shared_ptr<Story> story = std::make_shared<Story>();
};

TEST_F(Process, WhatWasSavedIsThereAfterAKillAndTheRunAfterItRecovers) {
  const ObjectId id = add_before("saves#1");
  Host host(store);
  ASSERT_EQ(host.line(), "saved");
  EXPECT_EQ(host.end(SIGKILL), -1);
  TaskRunner runner(options());
  runner.handle("saves#1", [](Json data, Context& context) {
    return Json{{"data", data}, {"checkpoint", context.checkpoint_data()}, {"losses", context.task().losses}};
  });
  runner.start();
  const TaskRecord end = await_end(runner, id);
  const Json seen{{"data", "rewritten"}, {"checkpoint", "half"}, {"losses", 1}};
  EXPECT_EQ(end.response, seen);
  EXPECT_EQ(end.epoch, 2);
  EXPECT_EQ(end.attempts, 1);
}

TEST_F(Process, ATerminationDrainsAndEndsWell) {
  const ObjectId id = add_before("saves#1");
  Host host(store);
  ASSERT_EQ(host.line(), "saved");
  host.send(SIGTERM);
  EXPECT_EQ(host.line(), "ended");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(look(id)->state, TaskState::to_do);
  EXPECT_EQ(look(id)->attempts, 0);
  EXPECT_EQ(look(id)->losses, 0);
}

TEST_F(Process, ASecondTerminationReleasesWhatIgnoresTheFirst) {
  const ObjectId id = add_before("ignores#1");
  Host host(store);
  ASSERT_EQ(host.line(), "runs");
  host.send(SIGTERM);
  // Both are sent before the first is taken as often as not: a drain of an hour ends only by the second.
  host.send(SIGINT);
  EXPECT_EQ(host.line(), "ended");
  EXPECT_EQ(host.wait(), 0);
  EXPECT_EQ(look(id)->state, TaskState::to_do);
  EXPECT_EQ(look(id)->attempts, 0);
}

}  // namespace
}  // namespace taskrunner::engine
