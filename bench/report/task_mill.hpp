#pragma once

#include <taskrunner/store.hpp>

#include "base/clock.hpp"
#include "base/random.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

namespace taskrunner::bench {

/// Puts no-op tasks of 100 B of data through a store, in batches, under a session of its own: one thread claims, another
/// completes.
class TaskMill {
 public:
  static constexpr std::size_t batch = 1'000;
  static constexpr std::size_t slots = 2'000;  ///< tasks claimed and not completed, at most

  explicit TaskMill(std::shared_ptr<Store> store);

  void add(std::size_t count, const char* topic = "noop#1");
  void add_singly(std::size_t count);
  /// Claims, runs (nothing) and completes until `count` are done.
  void drain(std::size_t count);
  /// The same beside others that count in `claimed` too, until it is `count`.
  void drain_together(std::atomic<std::size_t>& claimed, std::size_t count);

 private:
  std::vector<NewTask> make(std::size_t count, const char* topic);
  ClaimRequest claim_request();
  void wait_for_slots();
  void hand_over(std::vector<TaskPtr> tasks);
  /// Nothing when all is done.
  std::vector<TaskPtr> next_ready();
  void complete_all();
  void complete(const std::vector<TaskPtr>& tasks);

  std::shared_ptr<Store> store_;
  Random random_{Random::system_seed()};
  ObjectId session_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::vector<TaskPtr>> ready_;
  std::size_t in_work_ = 0;
  bool all_claimed_ = false;
};

}  // namespace taskrunner::bench
