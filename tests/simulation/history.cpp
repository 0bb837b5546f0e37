#include "simulation/history.hpp"

namespace taskrunner::simulation {
namespace {

[[noreturn]] void violated(const TaskRecord& task, const std::string& what) {
  throw Violation("task " + task.id.hex() + " at rev " + std::to_string(task.rev) + ": " + what);
}

bool is_held(const TaskRecord& task) { return task.lease && task.lease->session; }

}  // namespace

void History::note(const FeedEvent& event) {
  if (event.kind == FeedEvent::Kind::session_ended) return;
  if (event.kind == FeedEvent::Kind::remove) {
    tasks_.erase(event.id);
    return;
  }
  if (!event.task) throw Violation("an event without its document");
  trace_.add("  task {} rev {} {} epoch {} losses {}{}", event.id.hex().substr(18), event.rev,
             to_text(event.task->state), event.task->epoch, event.task->losses,
             event.task->outcome ? " " + std::string(to_text(*event.task->outcome)) : "");
  const auto known = tasks_.find(event.id);
  if (event.kind == FeedEvent::Kind::insert) {
    if (known != tasks_.end()) violated(*event.task, "was inserted twice");
  } else {
    if (known == tasks_.end()) violated(*event.task, "changed before it was inserted");
    check_step(*known->second, *event.task);
  }
  tasks_[event.id] = event.task;
}

void History::check_step(const TaskRecord& before, const TaskRecord& after) const {
  if (after.rev != before.rev + 1) violated(after, "rev has a gap after " + std::to_string(before.rev));
  const bool claimed = is_held(after) && (!is_held(before) || after.lease->token != before.lease->token);
  if (claimed) {
    if (is_held(before)) violated(after, "was claimed though it was held");
    if (before.state != TaskState::to_do) violated(after, "was claimed though it was not to do");
    if (after.epoch != before.epoch + 1) violated(after, "was claimed without a new epoch");
  } else if (after.epoch != before.epoch) {
    violated(after, "has a new epoch without a claim");
  }
  if (before.state == TaskState::completed && after.state == TaskState::completed)
    violated(after, "ended twice");
  if (after.state == TaskState::completed && !after.outcome) violated(after, "ended without an outcome");
  if (after.state == TaskState::running && !is_held(after)) violated(after, "runs without a lease");
}

void History::body_started(const std::string& host, const TaskRecord& task) {
  ++starts_;
  const auto other = believers_.find(task.id);
  if (other != believers_.end())
    violated(task, "starts at " + host + " while " + other->second + " believes to run it");
  std::int64_t& last_epoch = last_epoch_started_[task.id];
  if (task.epoch <= last_epoch) violated(task, "starts twice with epoch " + std::to_string(task.epoch));
  last_epoch = task.epoch;
  believers_[task.id] = host;
}

void History::body_over(const std::string& host, const ObjectId& id) {
  const auto believer = believers_.find(id);
  if (believer != believers_.end() && believer->second == host) believers_.erase(believer);
}

std::size_t History::ended() const {
  std::size_t count = 0;
  for (const auto& [id, task] : tasks_) count += task->state == TaskState::completed ? 1 : 0;
  return count;
}

void History::check_all_ended(std::size_t added) const {
  if (tasks_.size() != added)
    throw Violation(fmt::format("{} tasks were acknowledged, {} are there", added, tasks_.size()));
  for (const auto& [id, task] : tasks_)
    if (task->state != TaskState::completed) violated(*task, "never ended: it is " + std::string(to_text(task->state)));
}

}  // namespace taskrunner::simulation
