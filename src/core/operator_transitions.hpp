#pragma once

#include "core/state_machine.hpp"

namespace taskrunner::core {

/// What people ask of a task, whoever holds it, one overload a transition.
struct OperatorTransitions {
  TaskRecord& task;
  const TransitionContext& context;

  Decision operator()(const SignalTask& signal) const;
  Decision operator()(const RetryTask& retry) const;
  Decision operator()(const RemoveTask& remove) const;

 private:
  Decision ask(const SignalTask& signal) const;
  Decision withdraw_signal() const;
  Decision signal_held(const SignalTask& signal) const;
  Decision signal_unheld(const SignalTask& signal) const;
};

}  // namespace taskrunner::core
