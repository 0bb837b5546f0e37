#include "core/backoff.hpp"
#include "core/scheduler.hpp"

#include <algorithm>

namespace taskrunner::core {

void Scheduler::hope_for_all() {
  for (const std::string& topic : slots_.topic_names()) hopeful_topics_.insert(topic);
}

bool Scheduler::holds_lossy() const {
  return std::any_of(held_.begin(), held_.end(), [](const auto& entry) { return entry.second.task->losses >= 2; });
}

void Scheduler::note_arrival(const FeedEvent& event, const Now& now) {
  if (!slots_.knows(event.versioned_topic)) return;
  const std::int64_t due = event.wait_until_ms.value_or(now.wall_ms);
  if (due <= now.wall_ms)
    hopeful_topics_.insert(event.versioned_topic);
  else
    next_due_wall_ms_ = std::min(next_due_wall_ms_.value_or(due), due);
}

void Scheduler::claim_if_free(const Now& now) {
  if (next_due_wall_ms_ && *next_due_wall_ms_ <= now.wall_ms) {
    hope_for_all();
    next_due_wall_ms_.reset();
  }
  // A reconciliation must not meet tasks that a claim under way has taken and we do not know of yet.
  if (hopeful_topics_.empty() || claim_in_flight_ || reconcile_in_flight_ || draining_ || lapsed_) return;
  if (!lease_.holds(now) || now.boot_ms < claim_not_before_boot_ms_) return;
  std::vector<TopicDemand> demands = slots_.demands();
  std::erase_if(demands, [&](const TopicDemand& topic) { return !hopeful_topics_.contains(topic.versioned_topic); });
  if (demands.empty()) return;
  ClaimRequest request;
  request.token = random_->object_id(now.wall_ms);
  request.session = lease_.id();
  request.worker = options_.instance;
  request.public_url_base = options_.public_url_base;
  asked_topics_.clear();
  for (const TopicDemand& topic : demands) {
    asked_topics_.push_back(topic.versioned_topic);
    hopeful_topics_.erase(topic.versioned_topic);
  }
  request.topics = std::move(demands);
  request.limit = slots_.free();
  request.may_take_lossy = !holds_lossy();
  claim_in_flight_ = true;
  act(ClaimTasks{std::move(request)});
}

void Scheduler::adopt_claimed(const TaskPtr& task) {
  const Fence fence{task->id, task->lease->token, *task->lease->session};
  const bool body_still_runs = orphans_.contains(task->id) || held_.contains(task->id);
  if (body_still_runs || draining_ || lapsed_ || fence.session != lease_.id()) {
    // An earlier body of it still runs here, or this answer came too late.
    constexpr std::int64_t wait_for_body_ms = 1'000;
    writes_.push(ReleaseTask{fence, body_still_runs ? wait_for_body_ms : 0});
    return;
  }
  slots_.take(task->versioned_topic);
  Held held;
  held.task = task;
  held.signal_rev = task->rev;
  Held& placed = held_.emplace(task->id, std::move(held)).first->second;
  act(StartBody{task});
  if (const auto early = early_news_.find(task->id); early != early_news_.end()) take_news(placed, early->second);
}

void Scheduler::on_claimed(const ClaimResult& result, const Now& now) {
  claim_in_flight_ = false;
  claim_failures_ = 0;
  for (const TaskPtr& task : result.tasks) adopt_claimed(task);
  early_news_.clear();
  if (result.more) hopeful_topics_.insert(asked_topics_.begin(), asked_topics_.end());
  if (result.next_due_ms) {
    next_due_wall_ms_ = std::min(next_due_wall_ms_.value_or(*result.next_due_ms), *result.next_due_ms);
    // The store's clock is behind ours: it is not due there yet. Ask again soon, not at once.
    constexpr std::int64_t clocks_differ_ms = 20;
    if (result.tasks.empty() && *result.next_due_ms <= now.wall_ms)
      claim_not_before_boot_ms_ = now.boot_ms + clocks_differ_ms;
  }
  settle(now);
}

void Scheduler::on_claim_failed(const Now& now) {
  claim_in_flight_ = false;
  hope_for_all();
  claim_not_before_boot_ms_ = now.boot_ms + 50 + backoff_ms(++claim_failures_, random_->fraction()) / 20;
  next_reconcile_boot_ms_ = now.boot_ms;
  settle(now);
}

}  // namespace taskrunner::core
