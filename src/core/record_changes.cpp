#include "core/record_changes.hpp"

#include <algorithm>

namespace taskrunner::core {
namespace {

constexpr std::size_t errors_kept = 10;
constexpr std::int64_t unique_key_kept_ms = 24 * 3'600'000LL;

bool pause_in_force(const TaskRecord& task) {
  return asked(task, SignalOp::pause) || (task.state == TaskState::paused && !asked(task, SignalOp::resume));
}

void let_go(TaskRecord& task) {
  task.lease.reset();
  task.worker.reset();
  task.public_url.reset();
  task.signal.reset();
  task.available_actions.reset();
  task.started_at_ms.reset();
}

/// Paused without a host: nobody claims it until an operator resumes it.
void park(TaskRecord& task, const TransitionContext& context) {
  to_do(task, context);
  task.state = TaskState::paused;
  task.available_actions = AvailableActions{.stop = true, .pause = false, .resume = true};
}

std::int64_t keep_ms(const TaskRecord& task, TaskOutcome outcome, std::optional<std::int64_t> asked_ms,
                     const KeepPolicy& keep) {
  const bool bad = outcome == TaskOutcome::failed || outcome == TaskOutcome::dead;
  const std::int64_t wanted = asked_ms.value_or(bad ? keep.failed_ms : keep.success_ms);
  return task.unique_key ? std::max(wanted, unique_key_kept_ms) : wanted;
}

}  // namespace

Decision refuse(std::string reason) { return {Effect::refused, std::move(reason)}; }
Decision lost() { return {Effect::lost, "the lease is not held (any more)"}; }

bool is_held(const TaskRecord& task) { return task.worker || (task.lease && task.lease->session); }

bool holds(const TaskRecord& task, const Fence& fence) {
  return task.lease && task.lease->token == fence.token && task.lease->session == fence.session &&
         (task.state == TaskState::running || task.state == TaskState::paused);
}

bool asked(const TaskRecord& task, SignalOp op) { return task.signal && task.signal->op == op; }

void touch(TaskRecord& task, std::int64_t now_ms) {
  ++task.rev;
  task.updated_at_ms = now_ms;
}

void to_do(TaskRecord& task, const TransitionContext& context) {
  let_go(task);
  task.state = TaskState::to_do;
  touch(task, context.now_ms);
}

void end(TaskRecord& task, TaskOutcome outcome, const TransitionContext& context,
         std::optional<std::int64_t> asked_keep_ms) {
  const std::optional<Lease> lease = task.lease;
  const std::optional<std::int64_t> started_at_ms = task.started_at_ms;
  let_go(task);
  task.started_at_ms = started_at_ms;
  task.wait_until_ms.reset();
  task.state = TaskState::completed;
  // The token stays, without a session, as proof for a repeat of the completion.
  if (lease) task.lease = Lease{lease->token, std::nullopt, std::nullopt, TaskState::completed};
  task.outcome = outcome;
  task.completed_at_ms = context.now_ms;
  task.delete_at_ms = context.now_ms + keep_ms(task, outcome, asked_keep_ms, context.keep);
  touch(task, context.now_ms);
}

void hand_back(TaskRecord& task, std::int64_t wait_ms, const TransitionContext& context) {
  task.wait_until_ms = wait_ms > 0 ? std::optional(context.now_ms + wait_ms) : std::nullopt;
  if (pause_in_force(task))
    park(task, context);
  else
    to_do(task, context);
}

void give_attempt_back(TaskRecord& task) { task.attempts = std::max<std::int64_t>(task.attempts - 1, 0); }

void remember_error(TaskRecord& task, const std::string& text, std::int64_t now_ms) {
  task.errors.push_back({now_ms, task.attempts, text});
  if (task.errors.size() > errors_kept) task.errors.erase(task.errors.begin());
  task.response = Json{{"state", "error"}, {"error", text}};
}

}  // namespace taskrunner::core
