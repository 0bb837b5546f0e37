#include "core/state_machine.hpp"

#include "core/backoff.hpp"
#include "core/operator_transitions.hpp"
#include "core/owner_transitions.hpp"
#include "core/record_changes.hpp"

#include <limits>
#include <tuple>

namespace taskrunner {

ObjectId task_id_of(const Transition& transition) {
  return std::visit(
      [](const auto& change) {
        if constexpr (requires { change.fence; })
          return change.fence.id;
        else
          return change.id;
      },
      transition);
}

namespace core {
namespace {

/// What any host does with a task whose host is lost.
struct LossTransitions {
  TaskRecord& task;
  const TransitionContext& context;

  Decision operator()(const ReapTask& reap) const {
    if (task.state == TaskState::completed || !task.lease || !task.lease->session || task.lease->token != reap.token)
      return lost();
    give_attempt_back(task);
    ++task.losses;
    if (asked(task, SignalOp::stop))
      end(task, TaskOutcome::cancelled, context);
    else if (task.losses >= max_losses)
      end(task, TaskOutcome::dead, context);
    else
      // The first loss is retried at once: most hosts die of something else than this task.
      hand_back(task, task.losses > 1 ? backoff_ms(task.losses - 1, context.jitter) : 0, context);
    return changed;
  }

  Decision operator()(const AdoptTask&) const {
    if (task.state == TaskState::completed || !task.worker) return refuse("no runner holds the task");
    if (task.lease && task.lease->session) return refuse("a session holds the task: it is reaped when that is lost");
    if (task.updated_at_ms >= context.now_ms - silence_of_dead_runner_ms)
      return refuse("'" + *task.worker + "' has touched the task lately");
    hand_back(task, 0, context);
    return changed;
  }
};

struct Decide : OwnerTransitions, OperatorTransitions, LossTransitions {
  using OwnerTransitions::operator();
  using OperatorTransitions::operator();
  using LossTransitions::operator();
};

/// The claim order's keys; an absent priority is below every number, an absent due time before every time.
auto claim_key(const TaskRecord& task) {
  constexpr auto lowest = -std::numeric_limits<double>::infinity();
  return std::tuple(-task.priority.value_or(lowest), task.wait_until_ms.has_value(), task.wait_until_ms.value_or(0));
}

}  // namespace

Decision decide(TaskRecord& task, const Transition& transition, const TransitionContext& context) {
  return std::visit(Decide{{task, context}, {task, context}, {task, context}}, transition);
}

TaskRecord new_record(const NewTask& task, std::int64_t now_ms) {
  TaskRecord record;
  record.id = task.id;
  record.versioned_topic = task.versioned_topic;
  record.data = task.data;
  record.priority = task.priority;
  record.wait_until_ms = task.wait_until_ms;
  record.unique_key = task.unique_key;
  record.max_attempts = task.max_attempts;
  record.applicant = task.applicant;
  record.schedule = task.schedule;
  record.created_at_ms = now_ms;
  record.updated_at_ms = now_ms;
  return record;
}

bool is_unheld_to_do(const TaskRecord& task) { return task.state == TaskState::to_do && !is_held(task); }

bool is_claimable(const TaskRecord& task, std::int64_t now_ms) {
  return is_unheld_to_do(task) && task.wait_until_ms.value_or(now_ms) <= now_ms;
}

bool claims_before(const TaskRecord& a, const TaskRecord& b) {
  return std::tuple(claim_key(a), a.id) < std::tuple(claim_key(b), b.id);
}

void claim(TaskRecord& task, const ClaimRequest& request, const TopicDemand& topic, std::int64_t now_ms) {
  task.state = TaskState::running;
  task.worker = request.worker;
  task.lease = Lease{request.token, request.session, request.worker, TaskState::running};
  ++task.attempts;
  ++task.epoch;
  task.started_at_ms = now_ms;
  task.public_url = request.public_url_base + task.id.hex();
  task.available_actions = topic.available_actions;
  task.wait_until_ms.reset();
  task.outcome.reset();
  task.delete_at_ms.reset();
  task.completed_at_ms.reset();
  touch(task, now_ms);
}

FeedEvent feed_event(FeedEvent::Kind kind, const TaskRecord& task) {
  FeedEvent event;
  event.kind = kind;
  event.id = task.id;
  event.versioned_topic = task.versioned_topic;
  event.state = task.state;
  event.rev = task.rev;
  event.claimable = kind != FeedEvent::Kind::remove && is_unheld_to_do(task);
  if (event.claimable) event.wait_until_ms = task.wait_until_ms;
  if (task.lease) event.session = task.lease->session;
  if (task.signal) event.signal = task.signal->op;
  return event;
}

}  // namespace core
}  // namespace taskrunner
