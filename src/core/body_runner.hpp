#pragma once

#include <taskrunner/task.hpp>

#include "base/loop.hpp"
#include "core/running_task.hpp"
#include "core/worker_threads.hpp"

#include <functional>
#include <memory>

namespace taskrunner::core {

/// Starts bodies: coroutines on the task loop, blocking ones on threads of their own. Call on the task loop.
class BodyRunner {
 public:
  using Ended = std::function<void(const ObjectId&, BodyEnd)>;

  /// `ended` is called once a body, on the body's thread.
  BodyRunner(Loop& task_loop, Ended ended, std::size_t most_blocking);

  void start(const std::shared_ptr<RunningTask>& task, const std::shared_ptr<TaskFactory>& factory);
  /// Waits for blocking bodies; ask them to stop first. Harmless twice.
  void stop() { threads_.stop(); }

 private:
  void start_coroutine(const std::shared_ptr<RunningTask>& task, std::shared_ptr<Task> body);
  void start_blocking(const std::shared_ptr<RunningTask>& task, std::shared_ptr<Task> body);

  Loop& task_loop_;
  const Ended ended_;
  WorkerThreads threads_;
};

}  // namespace taskrunner::core
