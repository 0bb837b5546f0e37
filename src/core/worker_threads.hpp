#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace taskrunner::core {

/// Threads for work that blocks: one more is started whenever work comes and none is idle, up to `most`.
/// Thread-safe.
class WorkerThreads {
 public:
  explicit WorkerThreads(std::size_t most) : most_(most) {}
  ~WorkerThreads() { stop(); }

  /// Throws std::system_error where the system has no thread left; then the work is not taken.
  void post(std::function<void()> work);
  /// Finishes what is queued and joins. Harmless twice; a later post() starts anew.
  void stop();
  /// As stop(), but for good, and waits at most so long. False: some work runs on, on threads that are left to
  /// themselves; what was queued behind it is dropped.
  bool stop_within(std::chrono::milliseconds grace);
  /// No work runs.
  bool has_ended() const;

 private:
  /// What the threads touch; those that are left to themselves own it.
  struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> queue;
    std::set<std::thread::id> alive;
    std::size_t idle = 0;
    bool stopping = false;
  };
  static void run(Shared& shared);
  static void work_off(Shared& shared, std::unique_lock<std::mutex>& lock);
  std::vector<std::thread> begin_stop();

  const std::size_t most_;
  const std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
  std::vector<std::thread> threads_;  ///< under the mutex of shared_
};

}  // namespace taskrunner::core
