#pragma once

#include <taskrunner/error.hpp>
#include <taskrunner/task_record.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taskrunner {

/// The right by which an owner changes a task: its lease's token and session must be these, and the task
/// running or paused. Whoever lost the lease is refused by it.
struct Fence {
  ObjectId id;
  ObjectId token;
  ObjectId session;
};

// By the owner, under the fence.

/// Stores what the running task says of itself. `checkpoint` is `save()`: it also sets `losses` to 0.
struct UpdateTask {
  Fence fence;
  std::optional<Json> data;
  std::optional<Json> progress;
  std::optional<Json> checkpoint;
  std::optional<Json> response;
  std::optional<AvailableActions> available_actions;
};
/// It ended well, or (a stop asked for, or not) as it says.
struct CompleteTask {
  Fence fence;
  std::optional<Json> response;
  std::optional<std::int64_t> keep_ms;  ///< absent: the store's policy
};
/// It asks to be run again, `wait_ms` from now. No failure: attempts are reset.
struct RunAgain {
  Fence fence;
  std::int64_t wait_ms = 0;
};
/// It failed. With attempts left and not permanent it runs again after a backoff, else it is `failed`.
struct FailTask {
  Fence fence;
  std::string error;
  bool permanent = false;
  std::optional<std::int64_t> keep_ms;
};
/// The owner takes the signal that stands there. Refused where that signal is another or none.
struct TakePause {
  Fence fence;
};
struct TakeResume {
  Fence fence;
  AvailableActions available_actions;  ///< as the topic declares
};
struct TakeStop {
  Fence fence;
  std::optional<Json> response;
};
/// Handed back unfinished (drain): the attempt is given back; to be run again `wait_ms` from now at the earliest.
struct ReleaseTask {
  Fence fence;
  std::int64_t wait_ms = 0;
};

// By an operator.

/// Stop, pause or resume, wherever the task is: a signal to its host; a stop of an unstarted or parked task
/// completes it as cancelled; a resume of a parked task makes it `to do`; a repeat changes nothing.
struct SignalTask {
  ObjectId id;
  SignalOp op = SignalOp::stop;
  std::string by;
};
/// A completed task is to be run once more, with fresh attempts.
struct RetryTask {
  ObjectId id;
};
/// Gone from the store. Refused while a host holds it.
struct RemoveTask {
  ObjectId id;
};

// By any host.

/// The task's session is lost: the attempt is given back, a loss is counted. The caller has seen that the
/// session is lost or has no document.
struct ReapTask {
  ObjectId id;
  ObjectId token;
};

/// A runner of the old kind (which has no sessions) holds the task and has touched it for so long no more that it is
/// taken for dead: the task is `to do` again, a paused one parked. Refused where a session holds it, or it was touched
/// since. For hosts that share their topics with such runners.
struct AdoptTask {
  ObjectId id;
};

using Transition = std::variant<UpdateTask, CompleteTask, RunAgain, FailTask, TakePause, TakeResume, TakeStop,
                                ReleaseTask, SignalTask, RetryTask, RemoveTask, ReapTask, AdoptTask>;

/// The task that a transition is about.
ObjectId task_id_of(const Transition& transition);

enum class TransitionStatus : std::uint8_t {
  applied,    ///< it is so now, and durable
  unchanged,  ///< it was so already: a repeat (of my own completion, of an asked-for stop)
  refused,    ///< the task's state forbids it; `reason` says why
  lost,       ///< the fence does not hold (any more): someone else's task, or nobody's
  not_found,  ///< no such task
};

struct TransitionResult {
  TransitionStatus status = TransitionStatus::applied;
  std::string reason;  ///< for people, where refused
  TaskPtr task;        ///< as it is now; absent for not_found, and for owner's transitions that ask nothing back
  bool ok() const { return status == TransitionStatus::applied || status == TransitionStatus::unchanged; }
};

/// How long ended tasks are kept. Whatever holds a unique key is kept 24 h at least.
struct KeepPolicy {
  std::int64_t success_ms = 24 * 3'600'000LL;      ///< success and cancelled
  std::int64_t failed_ms = 30 * 24 * 3'600'000LL;  ///< failed and dead
};

}  // namespace taskrunner
