#include "core/import_record.hpp"

#include <algorithm>

namespace taskrunner::core {
namespace {

bool is_parked(const TaskRecord& task) {
  if (task.signal && task.signal->op == SignalOp::pause) return true;
  return task.state == TaskState::paused && !(task.signal && task.signal->op == SignalOp::resume);
}

}  // namespace

TaskRecord as_imported(TaskRecord task) {
  if (task.state == TaskState::completed) return task;
  const bool parked = is_parked(task);
  const bool was_held = task.worker || task.lease;
  if (was_held) task.attempts = std::max<std::int64_t>(task.attempts - 1, 0);
  task.lease.reset();
  task.worker.reset();
  task.public_url.reset();
  task.signal.reset();
  task.started_at_ms.reset();
  task.available_actions.reset();
  task.state = parked ? TaskState::paused : TaskState::to_do;
  if (parked) task.available_actions = AvailableActions{.stop = true, .pause = false, .resume = true};
  return task;
}

}  // namespace taskrunner::core
