#include "core/owner_transitions.hpp"

#include "core/backoff.hpp"
#include "core/record_changes.hpp"

namespace taskrunner::core {

Decision OwnerTransitions::operator()(const UpdateTask& update) const {
  if (!holds(task, update.fence)) return lost();
  if (update.data) task.data = update.data;
  if (update.progress) task.progress = update.progress;
  if (update.response) task.response = update.response;
  if (update.available_actions) task.available_actions = update.available_actions;
  if (update.checkpoint) {
    task.checkpoint = update.checkpoint;
    task.losses = 0;
  }
  touch(task, context.now_ms);
  return changed;
}

Decision OwnerTransitions::operator()(const CompleteTask& complete) const {
  if (!holds(task, complete.fence)) return repeated_end_or_lost(complete.fence);
  task.response = complete.response;
  end(task, TaskOutcome::success, context, complete.keep_ms);
  return changed;
}

Decision OwnerTransitions::operator()(const RunAgain& again) const {
  if (!holds(task, again.fence)) return lost();
  task.attempts = 0;
  if (asked(task, SignalOp::stop))
    end(task, TaskOutcome::cancelled, context);
  else
    hand_back(task, again.wait_ms, context);
  return changed;
}

Decision OwnerTransitions::operator()(const FailTask& fail) const {
  if (!holds(task, fail.fence)) return repeated_end_or_lost(fail.fence);
  remember_error(task, fail.error, context.now_ms);
  const bool is_last = fail.permanent || task.attempts >= task.max_attempts.value_or(default_max_attempts);
  if (asked(task, SignalOp::stop))
    end(task, TaskOutcome::cancelled, context, fail.keep_ms);
  else if (is_last)
    end(task, TaskOutcome::failed, context, fail.keep_ms);
  else
    hand_back(task, backoff_ms(task.attempts, context.jitter), context);
  return changed;
}

Decision OwnerTransitions::operator()(const TakePause& take) const {
  if (!holds(task, take.fence)) return lost();
  if (task.state != TaskState::running || !asked(task, SignalOp::pause)) return refuse("no pause is asked for");
  set_held_state(TaskState::paused);
  task.available_actions = AvailableActions{.stop = true, .pause = false, .resume = true};
  return changed;
}

Decision OwnerTransitions::operator()(const TakeResume& take) const {
  if (!holds(task, take.fence)) return lost();
  if (task.state != TaskState::paused || !asked(task, SignalOp::resume)) return refuse("no resume is asked for");
  set_held_state(TaskState::running);
  task.available_actions = take.available_actions;
  return changed;
}

Decision OwnerTransitions::operator()(const TakeStop& take) const {
  if (!holds(task, take.fence)) return repeated_end_or_lost(take.fence);
  if (!asked(task, SignalOp::stop)) return refuse("no stop is asked for");
  if (take.response) task.response = take.response;
  end(task, TaskOutcome::cancelled, context);
  return changed;
}

Decision OwnerTransitions::operator()(const ReleaseTask& release) const {
  if (!holds(task, release.fence)) return lost();
  give_attempt_back(task);
  if (asked(task, SignalOp::stop))
    end(task, TaskOutcome::cancelled, context);
  else
    hand_back(task, release.wait_ms, context);
  return changed;
}

/// My own completion, told twice, was heard the first time.
Decision OwnerTransitions::repeated_end_or_lost(const Fence& fence) const {
  const bool mine = task.state == TaskState::completed && task.lease && task.lease->token == fence.token;
  return mine ? unchanged : lost();
}

void OwnerTransitions::set_held_state(TaskState state) const {
  task.state = state;
  task.lease->state = state;
  task.signal.reset();
  touch(task, context.now_ms);
}

}  // namespace taskrunner::core
