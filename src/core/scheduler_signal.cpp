#include "core/scheduler.hpp"

namespace taskrunner::core {

/// A change of a task that runs here: somebody asked for something, or took it from us.
void Scheduler::on_own_event(const FeedEvent& event) {
  const auto found = held_.find(event.id);
  if (found == held_.end()) {
    if (claim_in_flight_ && event.signal && event.session == lease_.id())
      early_news_[event.id] = {event.rev, event.signal};
    return;
  }
  Held& held = found->second;
  if (event.kind == FeedEvent::Kind::remove) return disown(held);
  if (event.rev <= held.signal_rev) return;
  if (held.phase != Phase::ended && event.session != lease_.id() && !writes_.has_pending(event.id))
    return disown(held);
  take_news(held, {event.rev, event.signal});
}

void Scheduler::take_news(Held& held, const SignalNews& news) {
  if (news.rev <= held.signal_rev) return;
  held.signal_rev = news.rev;
  held.signal = news.signal;
  follow_signal(held);
}

/// Brings the body to what is asked for now. What is under way is looked at again when it is answered.
void Scheduler::follow_signal(Held& held) {
  if (held.signal == SignalOp::stop) return stop_body(held, StopReason::asked);
  switch (held.phase) {
    case Phase::running:
      if (held.signal == SignalOp::pause) {
        held.phase = Phase::pausing;
        act(PauseBody{held.task->id});
      }
      break;
    case Phase::pausing:
      if (held.signal != SignalOp::pause) {
        held.phase = Phase::running;
        act(ResumeBody{held.task->id});
      }
      break;
    case Phase::paused:
      if (held.signal == SignalOp::resume) {
        held.phase = Phase::taking_resume;
        writes_.push(TakeResume{held.fence(), slots_.actions_of(held.task->versioned_topic)});
      }
      break;
    default: break;
  }
}

void Scheduler::stop_body(Held& held, StopReason reason) {
  if (held.phase == Phase::ended) return;
  if (held.phase != Phase::stopping) {
    held.phase = Phase::stopping;
    held.reason = reason;
  } else if (held.reason == StopReason::drain) {
    held.reason = reason;  // an operator's stop, or the loss of the lease, says more than a drain
  } else if (held.reason == reason) {
    return;
  }
  act(StopBody{held.task->id, held.reason});
}

void Scheduler::on_body_paused(const ObjectId& id, const Now& now) {
  const auto found = held_.find(id);
  if (found == held_.end()) return;
  Held& held = found->second;
  if (held.phase == Phase::pausing) {
    held.phase = Phase::taking_pause;
    writes_.push(TakePause{held.fence()});
  } else if (held.phase == Phase::running) {
    act(ResumeBody{id});  // the pause was withdrawn while the body went to sleep
  }
  settle(now);
}

/// The store has answered TakePause or TakeResume; refused: it was withdrawn meanwhile.
void Scheduler::on_signal_taken(Held& held, SignalOp op, TransitionStatus status) {
  if (status == TransitionStatus::lost || status == TransitionStatus::not_found) return disown(held);
  if (held.phase != (op == SignalOp::pause ? Phase::taking_pause : Phase::taking_resume)) return;
  if (held.signal == op) held.signal.reset();
  const bool taken = status != TransitionStatus::refused;
  if (taken == (op == SignalOp::pause)) {
    held.phase = Phase::paused;
  } else {
    held.phase = Phase::running;
    act(ResumeBody{held.task->id});
  }
  follow_signal(held);
}

}  // namespace taskrunner::core
