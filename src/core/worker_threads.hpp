#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace taskrunner::core {

/// Threads for work that blocks: one more is started whenever work comes and none is idle, up to `most`.
/// Thread-safe.
class WorkerThreads {
 public:
  explicit WorkerThreads(std::size_t most) : most_(most) {}
  ~WorkerThreads() { stop(); }

  void post(std::function<void()> work);
  /// Finishes what is queued and joins. Harmless twice; a later post() starts anew.
  void stop();

 private:
  void run();

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> queue_;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
};

}  // namespace taskrunner::core
