#pragma once

#include <taskrunner/task.hpp>

namespace taskrunner::tasks {

/// `sleep#1`, data `{ms}`: waits so long and answers `{ms}`. Progress each 100 ms. Time spent paused does not
/// count; what was slept is saved where it is paused, and now and then, and is not slept again.
class SleepFactory final : public TaskFactory {
 public:
  void validate(NewTask& task) const override;
  std::unique_ptr<Task> make(const TaskRecord& task) override;
};

}  // namespace taskrunner::tasks
