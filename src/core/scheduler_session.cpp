#include "core/scheduler.hpp"

namespace taskrunner::core {
namespace {

constexpr std::int64_t sweep_period_ms = 1'000;
constexpr std::int64_t purge_period_ms = 5'000;
constexpr std::int64_t reconcile_period_ms = 10'000;
constexpr std::size_t housekeeping_batch = 1'000;

}  // namespace

void Scheduler::keep_session(const Now& now) {
  if (lease_.wants_open(now)) {
    if (is_drained()) return;
    SessionInfo info;
    info.id = random_->object_id(now.wall_ms);
    info.instance = options_.instance;
    info.base_url = options_.base_url;
    info.topics = slots_.topic_names();
    info.capacity = static_cast<std::int64_t>(slots_.max_running());
    info.started_at_ms = now.wall_ms;
    info.process = options_.process;
    info.watch_address = options_.watch_address;
    lease_.on_open_sent(info.id, now);
    act(OpenSession{std::move(info), lease_.times().length_ms});
  } else if (lease_.wants_renewal(now)) {
    lease_.on_renewal_sent(now);
    act(RenewSession{lease_.id(), lease_.times().length_ms});
    if (lease_.may_judge(now)) act(ExpireSessions{lease_.times().grace_ms});
  }
}

/// The host's own clock says that others may soon take its tasks: they stop, unwritten. What had ended before
/// stays to be written, since the fence decides.
void Scheduler::stop_if_lapsed(const Now& now) {
  if (lapsed_ || !lease_.is_open() || lease_.holds(now)) return;
  lapsed_ = true;
  for (auto& [id, held] : held_) stop_body(held, StopReason::lease_lost);
}

void Scheduler::on_session_renewed(bool still_open, const Now& now) {
  if (still_open) {
    lease_.on_renewed(now);
    if (std::exchange(lapsed_, false)) next_reconcile_boot_ms_ = now.boot_ms;
  } else {
    lease_.on_lost();
    lapsed_ = false;
    for (auto& [id, held] : held_) disown(held);
  }
  settle(now);
}

void Scheduler::on_session_failed(const Now& now) {
  lease_.on_failed(now);
  settle(now);
}

void Scheduler::do_housekeeping(const Now& now) {
  if (!lease_.holds(now)) return;
  if (now.boot_ms >= next_sweep_boot_ms_) {
    next_sweep_boot_ms_ = now.boot_ms + sweep_period_ms;
    act(SweepTasks{housekeeping_batch});
  }
  if (now.boot_ms >= next_purge_boot_ms_) {
    next_purge_boot_ms_ = now.boot_ms + purge_period_ms;
    act(PurgeTasks{housekeeping_batch});
  }
  if (now.boot_ms >= next_reconcile_boot_ms_ && !claim_in_flight_ && !reconcile_in_flight_) {
    next_reconcile_boot_ms_ = now.boot_ms + reconcile_period_ms;
    reconcile_in_flight_ = true;
    held_at_reconcile_.clear();
    for (const auto& [id, held] : held_)
      if (!writes_.has_pending(id)) held_at_reconcile_.insert(id);
    act(ReconcileTasks{lease_.id()});
  }
}

void Scheduler::on_swept(const SweepResult& result, const Now& now) {
  if (result.more) next_sweep_boot_ms_ = now.boot_ms;
  settle(now);
}

/// The store names us as the holder of a task that we do not run: a claim whose answer was lost.
void Scheduler::release_unknown(const HeldTask& task) {
  writes_.push(ReleaseTask{{task.id, task.token, lease_.id()}, 0});
}

void Scheduler::on_reconciled(const std::vector<HeldTask>& in_store, const Now& now) {
  reconcile_in_flight_ = false;
  for (const HeldTask& task : in_store) {
    const auto found = held_.find(task.id);
    const bool known = found != held_.end() && found->second.task->lease->token == task.token;
    held_at_reconcile_.erase(task.id);
    if (!known) {
      if (!writes_.has_pending(task.id)) release_unknown(task);
    } else if (!writes_.has_pending(task.id) && found->second.phase != Phase::ended) {
      take_news(found->second, {task.rev, task.signal});
    }
  }
  // What is left was held when we asked, had nothing on its way, and the store knows nothing of it.
  for (const ObjectId& id : held_at_reconcile_) {
    const auto found = held_.find(id);
    if (found != held_.end() && found->second.phase != Phase::ended && !writes_.has_pending(id)) disown(found->second);
  }
  held_at_reconcile_.clear();
  settle(now);
}

void Scheduler::on_reconcile_failed(const Now& now) {
  reconcile_in_flight_ = false;
  next_reconcile_boot_ms_ = now.boot_ms + 1'000;
  settle(now);
}

}  // namespace taskrunner::core
