#pragma once

#include <taskrunner/store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace taskrunner::core {

/// A moment as the scheduler is told it: lengths by the boot clock, due times by the wall clock.
struct Now {
  std::int64_t boot_ms = 0;
  std::int64_t wall_ms = 0;
};

/// How a run of a body ended.
struct BodyEnd {
  enum class Kind : std::uint8_t {
    done,     ///< returned a response
    again,    ///< asked to be run again in wait_ms
    failed,   ///< threw; `permanent` where it threw Fail
    stopped,  ///< unwound since it was asked to
  };
  Kind kind = Kind::done;
  std::optional<Json> response;
  std::int64_t wait_ms = 0;
  std::string error;
  bool permanent = false;
};

struct EndedBody {
  ObjectId id;
  BodyEnd end;
};

/// Why a body is asked to unwind.
enum class StopReason : std::uint8_t {
  asked,       ///< an operator's stop
  drain,       ///< the host hands its tasks back
  lease_lost,  ///< the host may no longer hold it: its end is not written
};

// What the scheduler wants done. Each is answered by the event named beside it, sooner or later or never.

struct ClaimTasks {
  ClaimRequest request;
};  // on_claimed, on_claim_failed
struct StartBody {
  TaskPtr task;
};  // on_body_ended
struct StopBody {
  ObjectId id;
  StopReason reason = StopReason::asked;
};
struct PauseBody {
  ObjectId id;
};  // on_body_paused, when it reaches a checkpoint
struct ResumeBody {
  ObjectId id;
};
struct WriteBatch {
  std::uint64_t batch = 0;
  std::vector<Transition> transitions;
};  // on_written, on_write_failed
/// The answer to on_update().
struct UpdateAnswered {
  std::uint64_t ticket = 0;
  TransitionStatus status = TransitionStatus::applied;
};
/// The task's run here is over: its end is stored, or it is no longer this host's.
struct TaskEnded {
  ObjectId id;
};
struct OpenSession {
  SessionInfo session;
  std::int64_t length_ms = 0;
};  // on_session_renewed, on_session_failed
struct RenewSession {
  ObjectId session;
  std::int64_t length_ms = 0;
};  // on_session_renewed, on_session_failed
struct ExpireSessions {
  std::int64_t grace_ms = 0;
};
struct SweepTasks {
  std::size_t limit = 0;
};  // on_swept
struct PurgeTasks {
  std::size_t limit = 0;
};
struct ReconcileTasks {
  ObjectId session;
};  // on_reconciled, on_reconcile_failed

using Action = std::variant<ClaimTasks, StartBody, StopBody, PauseBody, ResumeBody, WriteBatch, UpdateAnswered, TaskEnded,
                            OpenSession, RenewSession, ExpireSessions, SweepTasks, PurgeTasks, ReconcileTasks>;

}  // namespace taskrunner::core
