#include "core/operator_transitions.hpp"

#include "core/record_changes.hpp"

namespace taskrunner::core {

Decision OperatorTransitions::operator()(const SignalTask& signal) const {
  if (task.state == TaskState::completed) return refuse("the task is completed: only retry and remove are left");
  return is_held(task) ? signal_held(signal) : signal_unheld(signal);
}

Decision OperatorTransitions::operator()(const RetryTask&) const {
  if (task.state == TaskState::to_do && !is_held(task)) return unchanged;
  if (task.state != TaskState::completed)
    return refuse("the task is " + std::string(to_text(task.state)) + ": only a completed one can be retried");
  task.outcome.reset();
  task.response.reset();
  task.delete_at_ms.reset();
  task.completed_at_ms.reset();
  task.wait_until_ms.reset();
  task.errors.clear();
  task.attempts = 0;
  task.losses = 0;
  to_do(task, context);
  return changed;
}

Decision OperatorTransitions::operator()(const RemoveTask&) const {
  if (is_held(task))
    return refuse("the task is " + std::string(to_text(task.state)) + " at " + task.worker.value_or("a host") +
                  ": stop it first");
  return {Effect::removed, {}};
}

Decision OperatorTransitions::ask(const SignalTask& signal) const {
  task.signal = Signal{signal.op, signal.by, context.now_ms};
  touch(task, context.now_ms);
  return changed;
}

Decision OperatorTransitions::withdraw_signal() const {
  task.signal.reset();
  touch(task, context.now_ms);
  return changed;
}

Decision OperatorTransitions::signal_held(const SignalTask& signal) const {
  if (!task.lease || !task.lease->session)
    return refuse("the task is held by '" + *task.worker + "', a runner that takes no signals");
  if (asked(task, SignalOp::stop) || asked(task, signal.op)) return unchanged;
  const AvailableActions actions = task.available_actions.value_or(AvailableActions{});
  switch (signal.op) {
    case SignalOp::stop:
      if (!actions.stop) return refuse("this task cannot be stopped now");
      return ask(signal);
    case SignalOp::pause:
      if (asked(task, SignalOp::resume)) return withdraw_signal();
      if (task.state == TaskState::paused) return unchanged;
      if (!actions.pause) return refuse("this task cannot be paused now");
      return ask(signal);
    case SignalOp::resume:
      if (asked(task, SignalOp::pause)) return withdraw_signal();
      if (task.state == TaskState::running) return unchanged;
      if (!actions.resume) return refuse("this task cannot be resumed now");
      return ask(signal);
  }
  return refuse("unknown action");
}

Decision OperatorTransitions::signal_unheld(const SignalTask& signal) const {
  const bool parked = task.state == TaskState::paused;
  switch (signal.op) {
    case SignalOp::stop:
      end(task, TaskOutcome::cancelled, context);
      return changed;
    case SignalOp::pause:
      return parked ? unchanged : refuse("the task has not started: it can only be stopped");
    case SignalOp::resume:
      if (!parked) return unchanged;
      to_do(task, context);
      return changed;
  }
  return refuse("unknown action");
}

}  // namespace taskrunner::core
