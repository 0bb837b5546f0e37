#include "core/body_gate.hpp"

namespace taskrunner::core {

void BodyGate::close() {
  std::lock_guard lock(mutex_);
  host_ = nullptr;
}

void BodyGate::body_paused(const ObjectId& id) {
  std::lock_guard lock(mutex_);
  if (host_) host_->body_paused(id);
}

void BodyGate::progress_made(std::shared_ptr<RunningTask> task) {
  std::lock_guard lock(mutex_);
  if (host_) host_->progress_made(std::move(task));
}

void BodyGate::logged(const ObjectId& id, const LogLine& line) {
  std::lock_guard lock(mutex_);
  if (host_) host_->logged(id, line);
}

void BodyGate::update(const ObjectId& id, UpdateTask update, std::function<void(TransitionStatus)> answered) {
  std::lock_guard lock(mutex_);
  if (host_) host_->update(id, std::move(update), std::move(answered));
}

std::int64_t BodyGate::wall_ms() const {
  std::lock_guard lock(mutex_);
  return host_ ? host_->wall_ms() : 0;
}

}  // namespace taskrunner::core
