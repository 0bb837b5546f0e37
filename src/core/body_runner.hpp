#pragma once

#include <taskrunner/task.hpp>

#include "base/loop.hpp"
#include "core/body_gate.hpp"
#include "core/running_task.hpp"
#include "core/worker_threads.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace taskrunner::core {

/// Where bodies run during one life of a runner: coroutines on the task loop, blocking ones on threads of their own.
/// All that a body can touch belongs to it, so that one which ignores its stop can be left to itself (abandon()).
class BodyRunner {
 public:
  using Ended = std::function<void(const ObjectId&, BodyEnd)>;
  using Factory = std::shared_ptr<TaskFactory>;

  /// `host` is called until close(), `ended` once a body, on the body's thread, until cut().
  BodyRunner(BodyHost& host, Ended ended, std::size_t most_blocking);

  /// A run of that task, not begun.
  std::shared_ptr<RunningTask> make(TaskPtr task);
  /// From any thread: runs `work` on the task loop.
  void post(std::function<void()> work) { loop_.post(std::move(work)); }
  /// On the task loop. A run that was asked to stop meanwhile ends without having begun.
  void start(const std::shared_ptr<RunningTask>& task, const Factory& factory);

  /// Bodies reach the host no more; ask them to stop first.
  void close() { gate_.close(); }
  /// Waits at most so long for what runs; coroutines that wait for something wait for ever. False: some ignore their
  /// stop, they are named in the log and to be abandoned. After close(); once.
  bool stop(std::chrono::milliseconds grace);
  /// The blocking bodies that run (on after stop()). A coroutine that was left behind does not count: it may still be
  /// in the step that held up the loop, and takes no other.
  std::vector<TaskPtr> still_running() const;
  /// `ended` is not called any more.
  void cut();

  /// Keeps it for as long as a body of it runs, at the longest as the process.
  static void abandon(std::shared_ptr<BodyRunner> bodies);

 private:
  using TaskRun = std::shared_ptr<RunningTask>;
  struct Body {
    Factory factory;  ///< a function's captures live there
    std::shared_ptr<Task> task;
  };
  static awaitable<Json> recover_and_run(TaskRun run, Body body);
  static awaitable<Json> recover(TaskRun run, Body body);
  void start_coroutine(const TaskRun& run, Body body);
  void recover_and_block(const TaskRun& run, Body body);
  void start_blocking(const TaskRun& run, Body body);
  void block(const TaskRun& run, const Body& body);
  void note_coroutine(const TaskPtr& task);
  void note_blocking(const TaskRun& run);
  void stop_blocking_bodies();
  void end(const TaskRun& run, BodyEnd end);
  void end_coroutine(const TaskRun& run, BodyEnd end);
  void leave_loop();

  BodyGate gate_;
  mutable std::mutex mutex_;
  Ended ended_;
  std::unordered_map<ObjectId, TaskPtr> coroutines_;
  std::unordered_map<ObjectId, TaskRun> blocking_;  ///< empty when the threads have ended, before the loop goes
  bool loop_left_ = false;
  Loop loop_{"tasks"};
  WorkerThreads threads_;
};

}  // namespace taskrunner::core
