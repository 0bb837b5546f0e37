#include "live/live_task.hpp"

#include "core/task_document.hpp"

namespace taskrunner::live {

LiveTask::LiveTask(TaskPtr record, const AsTold& as_told)
    : record_(std::move(record)), told_(as_told ? as_told(record_) : record_), document_(core::to_document(*record_)) {}

const std::string& LiveTask::wire_json() const {
  if (wire_json_.empty()) wire_json_ = core::wire_json(*told_);
  return wire_json_;
}

bool is_same_revision(const TaskRecord& a, const TaskRecord& b) {
  return &a == &b || (a.rev == b.rev && a.updated_at_ms == b.updated_at_ms && a == b);
}

bool is_news(const TaskRecord& task, const TaskRecord& than) {
  if (task.rev != than.rev) return task.rev > than.rev;
  if (task.updated_at_ms != than.updated_at_ms) return task.updated_at_ms > than.updated_at_ms;
  return !is_same_revision(task, than);
}

}  // namespace taskrunner::live
