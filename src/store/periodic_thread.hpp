#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

namespace taskrunner::store {

/// Does something at once and then again and again, on a thread of its own. What it throws (Error) is logged, and tried
/// again with the next round. Stopped, or destroyed, it waits for the round that is under way.
class PeriodicThread {
 public:
  /// `what` says in the log what failed.
  PeriodicThread(std::string what, std::chrono::milliseconds period, std::function<void()> round);
  ~PeriodicThread() { stop(); }
  /// Harmless twice.
  void stop();

 private:
  void run(const std::stop_token& stop);

  const std::string what_;
  const std::chrono::milliseconds period_;
  const std::function<void()> round_;
  std::mutex mutex_;
  std::condition_variable_any woken_;
  std::jthread thread_;
};

}  // namespace taskrunner::store
