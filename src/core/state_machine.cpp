#include "core/state_machine.hpp"

#include "core/backoff.hpp"

#include <algorithm>
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

constexpr std::size_t errors_kept = 10;
constexpr std::int64_t unique_key_kept_ms = 24 * 3'600'000LL;

const Decision changed{Effect::changed, {}};
const Decision unchanged{Effect::unchanged, {}};

Decision refuse(std::string reason) { return {Effect::refused, std::move(reason)}; }
Decision lost() { return {Effect::lost, "the lease is not held (any more)"}; }

bool is_held(const TaskRecord& task) { return task.worker || (task.lease && task.lease->session); }

bool holds(const TaskRecord& task, const Fence& fence) {
  return task.lease && task.lease->token == fence.token && task.lease->session == fence.session &&
         (task.state == TaskState::running || task.state == TaskState::paused);
}

bool asked(const TaskRecord& task, SignalOp op) { return task.signal && task.signal->op == op; }

bool pause_in_force(const TaskRecord& task) {
  return asked(task, SignalOp::pause) || (task.state == TaskState::paused && !asked(task, SignalOp::resume));
}

void touch(TaskRecord& task, std::int64_t now_ms) {
  ++task.rev;
  task.updated_at_ms = now_ms;
}

void let_go(TaskRecord& task) {
  task.lease.reset();
  task.worker.reset();
  task.public_url.reset();
  task.signal.reset();
  task.available_actions.reset();
  task.started_at_ms.reset();
}

void to_do(TaskRecord& task, const TransitionContext& context) {
  let_go(task);
  task.state = TaskState::to_do;
  touch(task, context.now_ms);
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

void end(TaskRecord& task, TaskOutcome outcome, const TransitionContext& context,
         std::optional<std::int64_t> asked_keep_ms = std::nullopt) {
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

/// Where a task goes that its host lets go unfinished: what was asked for meanwhile is not lost.
void hand_back(TaskRecord& task, std::optional<std::int64_t> wait_until_ms, const TransitionContext& context) {
  task.wait_until_ms = wait_until_ms;
  if (pause_in_force(task))
    park(task, context);
  else
    to_do(task, context);
}

std::optional<std::int64_t> after(std::int64_t wait_ms, const TransitionContext& context) {
  if (wait_ms <= 0) return std::nullopt;
  return context.now_ms + wait_ms;
}

void give_attempt_back(TaskRecord& task) { task.attempts = std::max<std::int64_t>(task.attempts - 1, 0); }

void remember_error(TaskRecord& task, const std::string& text, std::int64_t now_ms) {
  task.errors.push_back({now_ms, task.attempts, text});
  if (task.errors.size() > errors_kept) task.errors.erase(task.errors.begin());
  task.response = Json{{"state", "error"}, {"error", text}};
}

/// The decisions proper, one overload a transition.
struct Decide {
  TaskRecord& task;
  const TransitionContext& context;

  Decision operator()(const UpdateTask& update) const {
    if (!holds(task, update.fence)) return lost();
    if (update.data) task.data = update.data;
    if (update.progress) task.progress = update.progress;
    if (update.response) task.response = update.response;
    if (update.available_actions) task.available_actions = update.available_actions;
    if (update.checkpoint) {
      task.checkpoint = update.checkpoint;
      task.losses = 0;
    }
    touch(task, context.now_ms);
    return changed;
  }

  Decision operator()(const CompleteTask& complete) const {
    if (!holds(task, complete.fence)) return repeated_end_or_lost(complete.fence);
    task.response = complete.response;
    end(task, TaskOutcome::success, context, complete.keep_ms);
    return changed;
  }

  Decision operator()(const RunAgain& again) const {
    if (!holds(task, again.fence)) return lost();
    task.attempts = 0;
    if (asked(task, SignalOp::stop))
      end(task, TaskOutcome::cancelled, context);
    else
      hand_back(task, after(again.wait_ms, context), context);
    return changed;
  }

  Decision operator()(const FailTask& fail) const {
    if (!holds(task, fail.fence)) return repeated_end_or_lost(fail.fence);
    remember_error(task, fail.error, context.now_ms);
    const bool is_last = fail.permanent || task.attempts >= task.max_attempts.value_or(default_max_attempts);
    if (asked(task, SignalOp::stop))
      end(task, TaskOutcome::cancelled, context, fail.keep_ms);
    else if (is_last)
      end(task, TaskOutcome::failed, context, fail.keep_ms);
    else
      hand_back(task, after(backoff_ms(task.attempts, context.jitter), context), context);
    return changed;
  }

  Decision operator()(const TakePause& take) const {
    if (!holds(task, take.fence)) return lost();
    if (task.state != TaskState::running || !asked(task, SignalOp::pause)) return refuse("no pause is asked for");
    set_held_state(TaskState::paused);
    task.available_actions = AvailableActions{.stop = true, .pause = false, .resume = true};
    return changed;
  }

  Decision operator()(const TakeResume& take) const {
    if (!holds(task, take.fence)) return lost();
    if (task.state != TaskState::paused || !asked(task, SignalOp::resume)) return refuse("no resume is asked for");
    set_held_state(TaskState::running);
    task.available_actions = take.available_actions;
    return changed;
  }

  Decision operator()(const TakeStop& take) const {
    if (!holds(task, take.fence)) return repeated_end_or_lost(take.fence);
    if (!asked(task, SignalOp::stop)) return refuse("no stop is asked for");
    if (take.response) task.response = take.response;
    end(task, TaskOutcome::cancelled, context);
    return changed;
  }

  Decision operator()(const ReleaseTask& release) const {
    if (!holds(task, release.fence)) return lost();
    give_attempt_back(task);
    if (asked(task, SignalOp::stop))
      end(task, TaskOutcome::cancelled, context);
    else
      hand_back(task, after(release.wait_ms, context), context);
    return changed;
  }

  Decision operator()(const SignalTask& signal) const {
    if (task.state == TaskState::completed) return refuse("the task is completed: only retry and remove are left");
    return is_held(task) ? signal_held(signal) : signal_unheld(signal);
  }

  Decision operator()(const RetryTask&) const {
    if (task.state == TaskState::to_do && !is_held(task)) return unchanged;
    if (task.state != TaskState::completed)
      return refuse("the task is " + std::string(to_text(task.state)) + ": only a completed one can be retried");
    task.outcome.reset();
    task.response.reset();
    task.delete_at_ms.reset();
    task.completed_at_ms.reset();
    task.wait_until_ms.reset();
    task.errors.clear();
    task.attempts = 0;
    task.losses = 0;
    to_do(task, context);
    return changed;
  }

  Decision operator()(const RemoveTask&) const {
    if (is_held(task))
      return refuse("the task is " + std::string(to_text(task.state)) + " at " + task.worker.value_or("a host") +
                    ": stop it first");
    return {Effect::removed, {}};
  }

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
      hand_back(task, after(task.losses > 1 ? backoff_ms(task.losses - 1, context.jitter) : 0, context), context);
    return changed;
  }

 private:
  /// My own completion, told twice, was heard the first time.
  Decision repeated_end_or_lost(const Fence& fence) const {
    const bool mine = task.state == TaskState::completed && task.lease && task.lease->token == fence.token;
    return mine ? unchanged : lost();
  }

  void set_held_state(TaskState state) const {
    task.state = state;
    task.lease->state = state;
    task.signal.reset();
    touch(task, context.now_ms);
  }

  Decision ask(const SignalTask& signal) const {
    task.signal = Signal{signal.op, signal.by, context.now_ms};
    touch(task, context.now_ms);
    return changed;
  }

  Decision withdraw_signal() const {
    task.signal.reset();
    touch(task, context.now_ms);
    return changed;
  }

  Decision signal_held(const SignalTask& signal) const {
    if (!task.lease || !task.lease->session)
      return refuse("the task is held by '" + *task.worker + "', a runner that takes no signals");
    if (asked(task, SignalOp::stop) || asked(task, signal.op)) return unchanged;
    const AvailableActions actions = task.available_actions.value_or(AvailableActions{});
    switch (signal.op) {
      case SignalOp::stop:
        if (!actions.stop) return refuse("this task cannot be stopped now");
        return ask(signal);
      case SignalOp::pause:
        if (asked(task, SignalOp::resume)) return withdraw_signal();
        if (task.state == TaskState::paused) return unchanged;
        if (!actions.pause) return refuse("this task cannot be paused now");
        return ask(signal);
      case SignalOp::resume:
        if (asked(task, SignalOp::pause)) return withdraw_signal();
        if (task.state == TaskState::running) return unchanged;
        if (!actions.resume) return refuse("this task cannot be resumed now");
        return ask(signal);
    }
    return refuse("unknown action");
  }

  Decision signal_unheld(const SignalTask& signal) const {
    const bool parked = task.state == TaskState::paused;
    switch (signal.op) {
      case SignalOp::stop:
        end(task, TaskOutcome::cancelled, context);
        return changed;
      case SignalOp::pause:
        return parked ? unchanged : refuse("the task has not started: it can only be stopped");
      case SignalOp::resume:
        if (!parked) return unchanged;
        to_do(task, context);
        return changed;
    }
    return refuse("unknown action");
  }
};

/// The claim order's keys; an absent priority is below every number, an absent due time before every time.
auto claim_key(const TaskRecord& task) {
  constexpr auto lowest = -std::numeric_limits<double>::infinity();
  return std::tuple(-task.priority.value_or(lowest), task.wait_until_ms.has_value(), task.wait_until_ms.value_or(0));
}

}  // namespace

Decision decide(TaskRecord& task, const Transition& transition, const TransitionContext& context) {
  return std::visit(Decide{task, context}, transition);
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
