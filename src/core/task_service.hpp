#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/context.hpp>
#include <taskrunner/store.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::core {

/// One line that a running task logged.
struct LogLine {
  std::int64_t time_ms = 0;
  TaskLogLevel level = TaskLogLevel::info;
  std::string text;
};

/// What is said of a topic that no live host lists.
inline std::string no_host_runs(const std::string& topic) { return "no live host runs the topic '" + topic + "'"; }

/// What happens on this host beside the store's feed. Callbacks run on threads of the runner: return at once
/// (post elsewhere), do not call back into the service from within.
class RunnerListener {
 public:
  virtual ~RunnerListener() = default;
  /// At most 10 a second a task; the newest wins.
  virtual void on_progress(const ObjectId& id, const Json& data) = 0;
  virtual void on_log(const ObjectId& id, const LogLine& line) = 0;
  /// A body started here.
  virtual void on_started(const TaskPtr& task) = 0;
  /// The run is over and its end is stored (or the task is no longer ours): its namespace closes.
  virtual void on_ended(const ObjectId& id) = 0;
};

/// What doors, commands and code may ask of a runner: validated verbs over its store, and what runs here now.
///
/// The awaitable verbs may be awaited on any executor and resume there; a store that cannot answer throws
/// Error{unavailable} or Error{unknown}. The others return at once. Thread-safe.
class TaskService {
 public:
  virtual ~TaskService() = default;

  /// Validates (by the topic's factory where it is registered here; a topic that neither this nor any live host
  /// lists is refused by name) and adds; one answer for each, in order. Ids that are zero are made.
  virtual awaitable<std::vector<AddResult>> add(std::vector<NewTask> tasks) = 0;

  /// Takes whole tasks in, as RecordImporter does. Throws Error{not_supported} where the store takes none.
  virtual awaitable<std::vector<AddResult>> import_records(std::vector<TaskRecord> tasks) = 0;

  virtual awaitable<TransitionResult> signal(ObjectId id, SignalOp op, std::string by) = 0;
  virtual awaitable<TransitionResult> retry(ObjectId id) = 0;
  virtual awaitable<TransitionResult> remove(ObjectId id) = 0;

  virtual awaitable<TaskPtr> get(ObjectId id) = 0;
  virtual awaitable<std::vector<TaskPtr>> find(Query query) = 0;
  virtual awaitable<std::int64_t> count(Json filter) = 0;
  /// Sessions of all hosts, this one's included.
  virtual awaitable<std::vector<SessionInfo>> hosts() = 0;

  virtual Feed& feed() = 0;

  /// The task as claimed, where its body runs here now; else null.
  virtual TaskPtr running_here(const ObjectId& id) const = 0;
  virtual std::vector<TaskPtr> running_now() const = 0;
  /// The last lines of a task that runs (or ran lately) here, oldest first; at most 1,000.
  virtual std::vector<LogLine> logs(const ObjectId& id) const = 0;
  /// The newest progress of a task that runs here; null where there is none.
  virtual Json progress(const ObjectId& id) const = 0;

  virtual const std::string& instance() const = 0;
  /// The topics that run here, in order of their names.
  virtual std::vector<std::string> topics() const = 0;
  /// Serving, with a session, and not draining.
  virtual bool is_ready() const = 0;

  /// The listener is held weakly; it ends with its owner.
  virtual void listen(std::weak_ptr<RunnerListener> listener) = 0;
};

}  // namespace taskrunner::core
