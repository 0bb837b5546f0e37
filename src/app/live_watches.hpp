#pragma once

#include <taskrunner/task_runner.hpp>

#include "base/loop.hpp"
#include "live/live_hub.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace taskrunner::app {

/// The live lists that a program asks of its runner, kept true on a loop of their own over the runner's store, whether
/// the runner runs or not. Any thread.
class LiveWatches : public std::enable_shared_from_this<LiveWatches> {
 public:
  using OnChange = std::function<void(const std::vector<TaskPtr>&)>;

  explicit LiveWatches(std::shared_ptr<Store> store);
  ~LiveWatches();

  /// `on_change` gets the list, first and after each change (several that come at once are one), on the loop.
  /// Throws Error{invalid_argument} where the query is wrong.
  std::unique_ptr<Watch> watch(Query query, OnChange on_change);
  /// No more calls. Harmless twice; not from within on_change.
  void close();

 private:
  class Watched;
  class Handle;
  /// Runs it on the loop and waits; nothing once closed.
  void run(const std::function<void()>& work);

  const std::shared_ptr<Store> store_;
  Loop loop_{"watches"};
  std::shared_ptr<live::LiveHub> hub_;
  std::mutex mutex_;
  bool is_closed_ = false;
};

}  // namespace taskrunner::app
