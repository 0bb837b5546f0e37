#pragma once

#include <taskrunner/store.hpp>

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

}  // namespace taskrunner::app
