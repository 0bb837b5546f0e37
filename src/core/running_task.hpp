#pragma once

#include <taskrunner/context.hpp>
#include <taskrunner/task.hpp>

#include "core/scheduler_action.hpp"
#include "core/task_service.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

namespace taskrunner::core {

class RunningTask;

/// What a running body asks of its host. Called from the body's thread; returns at once.
class BodyHost {
 public:
  virtual ~BodyHost() = default;
  virtual void body_paused(const ObjectId& id) = 0;
  /// There is new progress, and none was told of since take_progress().
  virtual void progress_made(std::shared_ptr<RunningTask> task) = 0;
  virtual void logged(const ObjectId& id, const LogLine& line) = 0;
  /// `answered` is called on any thread, once.
  virtual void update(const ObjectId& id, UpdateTask update, std::function<void(TransitionStatus)> answered) = 0;
  virtual std::int64_t wall_ms() const = 0;
};

/// One run of one task: what its body, its host and its watchers share. Thread-safe but for what is said of the
/// task loop. Context is the body's view of it.
class RunningTask : public std::enable_shared_from_this<RunningTask> {
 public:
  /// `task_loop` runs coroutine bodies, one thread. `host` and loop outlive it.
  RunningTask(TaskPtr record, BodyHost& host, boost::asio::any_io_executor task_loop);

  const TaskPtr& record() const { return record_; }
  Context& context() { return context_; }

  // By the host.

  /// On the task loop (a coroutine's operations are cancelled there); a drain cancels nothing, but checkpoints throw.
  void stop(StopReason reason);
  /// The part of it that reaches a blocking body. From any thread.
  void stop_blocking(StopReason reason);
  void pause() { pause_requested_ = true; }
  /// Wakes a body that waits at a checkpoint. On the task loop.
  void resume();
  /// The newest progress, once after each progress_made().
  std::optional<Json> take_progress();
  boost::asio::cancellation_slot cancellation() { return cancellation_.slot(); }

  // By watchers.

  Json newest_progress() const;
  std::vector<LogLine> log_lines() const;

  // By the body, through Context.

  void progress(Json data);
  void log(std::string text, TaskLogLevel level);
  awaitable<void> checkpoint();
  void checkpoint_blocking();
  awaitable<void> update(UpdateTask update);
  void update_blocking(UpdateTask update);
  Json again(std::chrono::milliseconds wait);
  bool pause_requested() const { return pause_requested_; }
  bool stop_requested() const { return stop_.stop_requested(); }
  bool stop_asked() const { return stop_asked_; }
  std::stop_token stop_token() const { return stop_.get_token(); }
  const Json& checkpoint_data() const { return checkpoint_; }

  /// The wait that again() asked for, if it did.
  std::optional<std::int64_t> again_ms() const { return again_ms_; }

 private:
  void throw_if_stopped() const;
  awaitable<void> wait_until_woken();
  void wake();

  const TaskPtr record_;
  BodyHost& host_;
  boost::asio::steady_timer gate_;  ///< a coroutine waits at it; only on the task loop
  Context context_;
  boost::asio::cancellation_signal cancellation_;
  std::stop_source stop_;
  std::atomic<bool> stop_asked_{false};
  std::atomic<bool> pause_requested_{false};
  std::optional<std::int64_t> again_ms_;
  Json checkpoint_;

  mutable std::mutex mutex_;
  std::condition_variable woken_;  ///< a blocking body waits at it
  Json progress_;
  bool progress_told_ = false;
  std::deque<LogLine> lines_;
};

}  // namespace taskrunner::core
