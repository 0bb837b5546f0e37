#include "core/scheduler.hpp"

namespace taskrunner::core {

void Scheduler::on_bodies_ended(std::vector<EndedBody> ended, const Now& now) {
  for (EndedBody& body : ended) on_body_ended(body.id, std::move(body.end));
  settle(now);
}

void Scheduler::on_body_ended(const ObjectId& id, BodyEnd end) {
  if (const auto orphan = orphans_.find(id); orphan != orphans_.end()) {
    slots_.give_back(orphan->second);
    orphans_.erase(orphan);
    return;
  }
  const auto found = held_.find(id);
  if (found == held_.end()) return;
  Held& held = found->second;
  slots_.give_back(held.task->versioned_topic);
  if (held.disowned) {
    forget(id);
  } else {
    writes_.push(end_of(held, std::move(end)));
    held.phase = Phase::ended;
  }
}

Transition Scheduler::end_of(const Held& held, BodyEnd end) const {
  if (held.phase == Phase::stopping) return end_of_stopping(held, std::move(end));
  switch (end.kind) {
    case BodyEnd::Kind::done: return CompleteTask{held.fence(), std::move(end.response), {}};
    case BodyEnd::Kind::again: return RunAgain{held.fence(), end.wait_ms};
    case BodyEnd::Kind::failed: return FailTask{held.fence(), std::move(end.error), end.permanent, {}};
    case BodyEnd::Kind::stopped: break;
  }
  return FailTask{held.fence(), "the task stopped though nobody asked it to", false, {}};
}

Transition Scheduler::end_of_stopping(const Held& held, BodyEnd end) const {
  // By its own clock the host may no longer say how it ended; if the session still lives, the task goes back.
  if (held.reason == StopReason::lease_lost) return ReleaseTask{held.fence(), 0};
  switch (end.kind) {
    case BodyEnd::Kind::done: return CompleteTask{held.fence(), std::move(end.response), {}};
    case BodyEnd::Kind::again: return RunAgain{held.fence(), end.wait_ms};
    case BodyEnd::Kind::failed:
      if (held.reason == StopReason::drain)
        return FailTask{held.fence(), std::move(end.error), end.permanent, {}};
      break;
    case BodyEnd::Kind::stopped: break;
  }
  if (held.reason == StopReason::drain) return ReleaseTask{held.fence(), 0};
  return TakeStop{held.fence(), std::nullopt};
}

/// The store says that it is no longer ours: the body is stopped, nothing more is written.
void Scheduler::disown(Held& held) {
  if (held.disowned) return;
  held.disowned = true;
  stop_body(held, StopReason::lease_lost);
}

void Scheduler::forget(const ObjectId& id) {
  // At most one task with two or more losses runs here: now the next of them may.
  if (const auto found = held_.find(id); found != held_.end() && found->second.task->losses >= 2) hope_for_all();
  held_.erase(id);
  act(TaskEnded{id});
}

void Scheduler::on_written(std::uint64_t batch, std::vector<TransitionResult> results, const Now& now) {
  for (const WriteQueue::Answer& answer : writes_.on_written(batch, std::move(results))) on_answer(answer);
  settle(now);
}

void Scheduler::on_answer(const WriteQueue::Answer& answer) {
  const TransitionStatus status = answer.result.status;
  if (answer.entry.ticket) act(UpdateAnswered{answer.entry.ticket, status});
  const Transition& transition = answer.entry.transition;
  const ObjectId id = task_id_of(transition);
  const auto found = held_.find(id);
  if (found == held_.end()) return;
  Held& held = found->second;
  if (std::holds_alternative<TakePause>(transition)) return on_signal_taken(held, SignalOp::pause, status);
  if (std::holds_alternative<TakeResume>(transition)) return on_signal_taken(held, SignalOp::resume, status);
  const bool gone = status == TransitionStatus::lost || status == TransitionStatus::not_found;
  if (std::holds_alternative<UpdateTask>(transition)) {
    if (gone) disown(held);
    return;
  }
  if (held.phase != Phase::ended) return;
  if (status != TransitionStatus::refused) return forget(id);
  if (auto next = end_in_place_of(held, answer)) return writes_.push(std::move(*next));
  forget(id);
}

/// A run is over whatever the store says: what is told to it where it refused the end it was told first.
std::optional<Transition> Scheduler::end_in_place_of(const Held& held, const WriteQueue::Answer& refused) const {
  const Transition& transition = refused.entry.transition;
  if (std::holds_alternative<TakeStop>(transition)) return ReleaseTask{held.fence(), 0};
  if (std::holds_alternative<CompleteTask>(transition))
    return FailTask{held.fence(), "its response cannot be stored: " + refused.result.reason, false, {}};
  return std::nullopt;
}

void Scheduler::on_write_failed(std::uint64_t batch, const Now& now) {
  writes_.on_failed(batch, now);
  settle(now);
}

}  // namespace taskrunner::core
