#pragma once

#include "core/state_machine.hpp"

namespace taskrunner::core {

/// What the holder of a task's lease does with it, one overload a transition. Whoever lost the lease is refused.
struct OwnerTransitions {
  TaskRecord& task;
  const TransitionContext& context;

  Decision operator()(const UpdateTask& update) const;
  Decision operator()(const CompleteTask& complete) const;
  Decision operator()(const RunAgain& again) const;
  Decision operator()(const FailTask& fail) const;
  Decision operator()(const TakePause& take) const;
  Decision operator()(const TakeResume& take) const;
  Decision operator()(const TakeStop& take) const;
  Decision operator()(const ReleaseTask& release) const;

 private:
  Decision repeated_end_or_lost(const Fence& fence) const;
  void set_held_state(TaskState state) const;
};

}  // namespace taskrunner::core
