#pragma once

#include <taskrunner/store.hpp>
#include <taskrunner/task_runner.hpp>

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace taskrunner::app {

/// Sleeps until a store's feed moves on. One thread waits; any may stop it.
class FeedWaiter {
 public:
  explicit FeedWaiter(Feed& feed);

  /// What came since the last call, waiting for it until then. Empty: the time is over, or stop() was called.
  FeedBatch wait_until(std::optional<std::chrono::steady_clock::time_point> until);
  void stop();
  bool stopped() const;

 private:
  Feed& feed_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool told_ = false;
  bool stopped_ = false;
  FeedCursor cursor_;
  std::unique_ptr<Feed::Listener> listener_;
};

/// Waits for a task's end; nothing where the time is over first. Throws Error{not_found} where it is gone.
std::optional<TaskRecord> wait_for_end(Store& store, const ObjectId& id, std::optional<std::chrono::milliseconds> timeout);

/// A query read anew, at most 10 times a second, whenever the feed moved on, on a thread of its own.
std::unique_ptr<Watch> watch_store(std::shared_ptr<Store> store, Query query,
                                   std::function<void(const std::vector<TaskPtr>&)> on_change);

}  // namespace taskrunner::app
