#pragma once

#include <taskrunner/task.hpp>

namespace taskrunner::tasks {

/// `noop#1`: answers its data.
class NoopFactory final : public TaskFactory {
 public:
  std::unique_ptr<Task> make(const TaskRecord& task) override;
};

}  // namespace taskrunner::tasks
