#pragma once

#include <taskrunner/json.hpp>
#include <taskrunner/object_id.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner {

enum class TaskState : std::uint8_t { to_do, running, paused, completed };
enum class TaskOutcome : std::uint8_t { success, failed, cancelled, dead };
enum class SignalOp : std::uint8_t { stop, pause, resume };

/// The words of the stored document: "to do", "running" …; "success" …; "stop" …
std::string_view to_text(TaskState state);
std::string_view to_text(TaskOutcome outcome);
std::string_view to_text(SignalOp op);
std::optional<TaskState> task_state_from(std::string_view text);
std::optional<TaskOutcome> task_outcome_from(std::string_view text);
std::optional<SignalOp> signal_op_from(std::string_view text);

/// What may be asked of a running or paused task now.
struct AvailableActions {
  bool stop = false;
  bool pause = false;
  bool resume = false;
  friend bool operator==(const AvailableActions&, const AvailableActions&) = default;
};

/// A host's right to a task. The token is made before the claim is sent and shared by the tasks of that claim,
/// so (task id, token) is unique. `worker` and `state` repeat the task's own. Of a completed task only
/// token and state stay, as proof for a repeat.
struct Lease {
  ObjectId token;
  std::optional<ObjectId> session;
  std::optional<std::string> worker;
  TaskState state = TaskState::running;
  friend bool operator==(const Lease&, const Lease&) = default;
};

/// An asked-for action that the task's host has not taken yet.
struct Signal {
  SignalOp op = SignalOp::stop;
  std::string by;
  std::int64_t at_ms = 0;
  friend bool operator==(const Signal&, const Signal&) = default;
};

/// One failed run. The last ten are kept.
struct TaskError {
  std::int64_t at_ms = 0;
  std::int64_t attempt = 0;
  std::string text;
  friend bool operator==(const TaskError&, const TaskError&) = default;
};

/// Which tick of which recurring schedule a task is.
struct ScheduleTick {
  std::string name;
  std::int64_t tick_ms = 0;
  friend bool operator==(const ScheduleTick&, const ScheduleTick&) = default;
};

inline constexpr int default_max_attempts = 5;
inline constexpr int max_losses = 5;

/// One task as it is stored: docs/document.md says what each field means. Times are milliseconds since 1970 UTC
/// by the store's clock. A plain value; shared between threads only as `TaskPtr`.
struct TaskRecord {
  ObjectId id;
  TaskState state = TaskState::to_do;
  std::string versioned_topic;
  std::optional<Json> data;
  std::optional<Json> response;
  std::optional<double> priority;
  std::optional<std::string> applicant;
  std::optional<std::string> worker;
  std::int64_t created_at_ms = 0;
  std::int64_t updated_at_ms = 0;
  std::optional<std::int64_t> delete_at_ms;
  std::optional<std::int64_t> wait_until_ms;
  std::optional<std::string> public_url;
  std::optional<AvailableActions> available_actions;

  std::optional<TaskOutcome> outcome;
  std::optional<Lease> lease;
  std::int64_t rev = 0;    ///< +1 with every transition
  std::int64_t epoch = 0;  ///< +1 with every claim, never reset: a task fences its own side effects by it
  std::int64_t attempts = 0;
  std::optional<std::int64_t> max_attempts;
  std::int64_t losses = 0;
  std::vector<TaskError> errors;
  std::optional<Json> progress;
  std::optional<Json> checkpoint;
  std::optional<std::string> unique_key;
  std::optional<Signal> signal;
  std::optional<std::int64_t> started_at_ms;
  std::optional<std::int64_t> completed_at_ms;
  std::optional<ScheduleTick> schedule;

  friend bool operator==(const TaskRecord&, const TaskRecord&) = default;
};

using TaskPtr = std::shared_ptr<const TaskRecord>;

/// What an `add` gives. Fields left out stay absent.
struct NewTask {
  ObjectId id;  ///< made before the first try, so that a repeat is known as one; zero: made by the runner
  std::string versioned_topic = "default#1";
  std::optional<Json> data;
  std::optional<double> priority;
  std::optional<std::int64_t> wait_until_ms;
  std::optional<std::string> unique_key;
  std::optional<std::int64_t> max_attempts;
  std::optional<std::string> applicant;
  std::optional<ScheduleTick> schedule;
};

}  // namespace taskrunner
