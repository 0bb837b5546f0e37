#include "core/write_queue.hpp"

#include <algorithm>

namespace taskrunner::core {
namespace {

constexpr std::size_t most_batches_in_flight = 4;
constexpr std::size_t most_entries = 2'000;

void count_down(std::unordered_map<ObjectId, std::size_t>& counts, const ObjectId& id) {
  const auto found = counts.find(id);
  if (found != counts.end() && --found->second == 0) counts.erase(found);
}

/// While the store is away: soon at first, then each second.
std::int64_t pause_ms(std::int64_t failures) {
  return std::min<std::int64_t>(50 << std::min<std::int64_t>(failures - 1, 5), 1'000);
}

}  // namespace

void WriteQueue::push(Transition transition, std::uint64_t ticket) {
  ++pending_[task_id_of(transition)];
  waiting_.push_back({std::move(transition), ticket});
}

std::size_t WriteQueue::size() const {
  std::size_t count = waiting_.size();
  for (const auto& [batch, entries] : in_flight_) count += entries.size();
  return count;
}

std::vector<WriteQueue::Entry> WriteQueue::take_entries() {
  std::vector<Entry> taken;
  std::deque<Entry> kept;
  while (!waiting_.empty() && taken.size() < most_entries) {
    Entry& entry = waiting_.front();
    // Two batches may be applied in either order; a task's transitions may not.
    if (is_in_flight(task_id_of(entry.transition)))
      kept.push_back(std::move(entry));
    else
      taken.push_back(std::move(entry));
    waiting_.pop_front();
  }
  waiting_.insert(waiting_.begin(), std::make_move_iterator(kept.begin()), std::make_move_iterator(kept.end()));
  return taken;
}

std::optional<WriteBatch> WriteQueue::next(const Now& now) {
  if (waiting_.empty() || in_flight_.size() >= most_batches_in_flight || now.boot_ms < not_before_boot_ms_)
    return std::nullopt;
  std::vector<Entry> entries = take_entries();
  if (entries.empty()) return std::nullopt;
  WriteBatch batch{++last_batch_, {}};
  batch.transitions.reserve(entries.size());
  for (const Entry& entry : entries) {
    batch.transitions.push_back(entry.transition);
    ++in_flight_ids_[task_id_of(entry.transition)];
  }
  in_flight_.emplace(batch.batch, std::move(entries));
  return batch;
}

void WriteQueue::land(const std::vector<Entry>& entries) {
  for (const Entry& entry : entries) count_down(in_flight_ids_, task_id_of(entry.transition));
}

std::vector<WriteQueue::Answer> WriteQueue::on_written(std::uint64_t batch, std::vector<TransitionResult> results) {
  const auto found = in_flight_.find(batch);
  if (found == in_flight_.end()) return {};
  std::vector<Entry> entries = std::move(found->second);
  in_flight_.erase(found);
  land(entries);
  failures_ = 0;
  std::vector<Answer> answers;
  answers.reserve(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    count_down(pending_, task_id_of(entries[i].transition));
    answers.push_back({std::move(entries[i]), std::move(results.at(i))});
  }
  return answers;
}

void WriteQueue::on_failed(std::uint64_t batch, const Now& now) {
  const auto found = in_flight_.find(batch);
  if (found == in_flight_.end()) return;
  std::vector<Entry> entries = std::move(found->second);
  in_flight_.erase(found);
  land(entries);
  waiting_.insert(waiting_.begin(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
  not_before_boot_ms_ = now.boot_ms + pause_ms(++failures_);
}

std::optional<std::int64_t> WriteQueue::wake_boot_ms() const {
  if (waiting_.empty() || failures_ == 0) return std::nullopt;
  return not_before_boot_ms_;
}

}  // namespace taskrunner::core
