#include "core/scheduler.hpp"

#include <algorithm>

namespace taskrunner::core {

Scheduler::Scheduler(SchedulerOptions options, std::shared_ptr<Random> random)
    : options_(std::move(options)),
      random_(std::move(random)),
      slots_(options_.max_running, options_.topics),
      lease_(options_.session_ms) {}

void Scheduler::note_earlier_body(const TaskRecord& task) {
  if (orphans_.emplace(task.id, task.versioned_topic).second) slots_.take(task.versioned_topic);
}

void Scheduler::start(const Now& now) {
  started_ = true;
  draining_ = false;
  hope_for_all();
  next_reconcile_boot_ms_ = now.boot_ms + 10'000;  // a session that begins holds nothing
  settle(now);
}

void Scheduler::drain(const Now& now) {
  if (draining_) return;
  draining_ = true;
  drain_until_boot_ms_ = now.boot_ms + options_.drain_ms;
  for (auto& [id, held] : held_) stop_body(held, StopReason::drain);
  settle(now);
}

void Scheduler::release_all(const Now& now) {
  draining_ = true;
  std::vector<ObjectId> released;
  for (auto& [id, held] : held_) {
    if (held.phase == Phase::ended) continue;
    if (!held.disowned) writes_.push(ReleaseTask{held.fence(), 0});
    stop_body(held, StopReason::lease_lost);
    orphans_.emplace(id, held.task->versioned_topic);
    released.push_back(id);
  }
  for (const ObjectId& id : released) forget(id);
  settle(now);
}

bool Scheduler::is_idle() const { return held_.empty() && writes_.empty() && !claim_in_flight_; }

void Scheduler::on_timer(const Now& now) { settle(now); }

void Scheduler::on_feed(const FeedBatch& batch, const Now& now) {
  if (batch.lost) {
    hope_for_all();
    next_reconcile_boot_ms_ = now.boot_ms;
  }
  for (const FeedEvent& event : batch.events) {
    if (event.kind == FeedEvent::Kind::session_ended) {
      if (event.id == lease_.id() && lease_.is_open()) on_session_renewed(false, now);
      next_sweep_boot_ms_ = now.boot_ms;
      continue;
    }
    if (event.claimable) note_arrival(event, now);
    on_own_event(event);
  }
  settle(now);
}

void Scheduler::on_update(const ObjectId& id, UpdateTask update, std::uint64_t ticket, const Now& now) {
  const auto found = held_.find(id);
  if (found == held_.end() || found->second.disowned) {
    if (ticket) act(UpdateAnswered{ticket, TransitionStatus::lost});
    return;
  }
  update.fence = found->second.fence();
  writes_.push(std::move(update), ticket);
  settle(now);
}

/// After every event: whatever time and state now allow.
void Scheduler::settle(const Now& now) {
  if (!started_) return;
  keep_session(now);
  stop_if_lapsed(now);
  write_what_can_be(now);
  if (draining_ && now.boot_ms >= drain_until_boot_ms_ && !held_.empty()) {
    const bool bodies_run = std::any_of(held_.begin(), held_.end(),
                                        [](const auto& entry) { return entry.second.phase != Phase::ended; });
    if (bodies_run) return release_all(now);
  }
  claim_if_free(now);
  do_housekeeping(now);
}

void Scheduler::write_what_can_be(const Now& now) {
  while (auto batch = writes_.next(now)) act(std::move(*batch));
}

std::vector<Action> Scheduler::take_actions() { return std::exchange(actions_, {}); }

std::int64_t Scheduler::wake_boot_ms(const Now& now) const {
  constexpr std::int64_t longest_ms = 1'000;
  std::int64_t wake = now.boot_ms + longest_ms;
  const auto consider = [&](std::optional<std::int64_t> at_boot_ms) {
    if (at_boot_ms && *at_boot_ms > now.boot_ms) wake = std::min(wake, *at_boot_ms);
  };
  consider(lease_.wake_boot_ms());
  consider(writes_.wake_boot_ms());
  consider(claim_not_before_boot_ms_);
  if (next_due_wall_ms_) consider(now.boot_ms + std::max<std::int64_t>(*next_due_wall_ms_ - now.wall_ms, 1));
  if (draining_) consider(drain_until_boot_ms_);
  return wake;
}

}  // namespace taskrunner::core
