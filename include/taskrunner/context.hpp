#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/task_record.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>

namespace taskrunner {

/// A body throws it to fail for good: no retry, whatever attempts are left.
class Fail : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Unwinds a body that was asked to stop (or whose host drains or lost its lease): thrown by checkpoint(), save()
/// and update_data(). Let it pass; `catch (...)` in a body must rethrow it.
class Stopped : public std::exception {
 public:
  const char* what() const noexcept override { return "the task was asked to stop"; }
};

enum class TaskLogLevel : std::uint8_t { debug, info, warning, error };

namespace core {
class RunningTask;
}

/// What a running body has of its task. Valid while the body runs; a reference is given to it.
///
/// Coroutine bodies call the members that return awaitable, from the task loop. Blocking bodies call the
/// *_blocking ones, from their own thread. The others may be called from any thread.
class Context {
 public:
  explicit Context(core::RunningTask& task) : running_(task) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  /// The document as it was claimed.
  const TaskRecord& task() const;
  /// +1 with each claim of the task: fences its side effects elsewhere against its own earlier runs.
  std::int64_t epoch() const { return task().epoch; }
  /// What the last save() of an earlier or this run stored; null where there was none.
  const Json& checkpoint_data() const;

  /// Tells watchers how far it is, commonly {{"spent", …}, {"total", …}}. Never blocks; the newest wins; also stored
  /// now and then.
  void progress(Json data);

  /// A line for whoever looks at the task; the last lines are kept while it runs.
  void log(std::string text, TaskLogLevel level = TaskLogLevel::info);

  /// The place where a pause waits and a stop unwinds (throws Stopped). Cheap when neither is asked for.
  awaitable<void> checkpoint();
  void checkpoint_blocking();
  /// True where checkpoint() would wait: a body that holds a connection may let go of it first.
  bool pause_requested() const;

  /// Durable when it returns: stored under the lease, there after a crash as checkpoint_data().
  /// Waits while the store is away. Throws Stopped where the lease is lost.
  awaitable<void> save(Json checkpoint);
  void save_blocking(Json checkpoint);

  /// Rewrites the task's own `data`, durable when it returns; errors as save().
  awaitable<void> update_data(Json data);
  void update_data_blocking(Json data);

  /// Asked to stop: by an operator, a drain, or since the lease is lost. In a coroutine the awaited operation is
  /// cancelled at the same time; a blocking body should look at it, or pass it on.
  std::stop_token stop_token() const;

  /// An operator asked for the stop: what the body has made so far may be thrown away. False for a drain or a
  /// lost lease, after which the task is run again.
  bool stop_asked() const;

  /// `co_return ctx.again(10s);`: not done yet: back to `to do`, to be run again then. No failure.
  Json again(std::chrono::milliseconds wait = std::chrono::milliseconds(0));

 private:
  core::RunningTask& running_;
};

}  // namespace taskrunner
