#include "live/shared_tasks.hpp"

#include <algorithm>

namespace taskrunner::live {
LiveTaskPtr SharedTasks::share(const TaskPtr& record) {
  const auto found = entries_.find(record->id);
  const LiveTaskPtr newest = found == entries_.end() ? nullptr : found->second.newest.lock();
  if (newest && is_same_revision(*newest->record(), *record)) return newest;
  auto task = std::make_shared<const LiveTask>(record, as_told_);
  if (found != entries_.end() && (!newest || newest->rev() <= record->rev)) found->second.newest = task;
  return task;
}

void SharedTasks::hold(const LiveTaskPtr& task, QueryNumber holder) {
  Entry& entry = entries_[task->id()];
  const LiveTaskPtr newest = entry.newest.lock();
  if (!newest || newest->rev() <= task->rev()) entry.newest = task;
  if (std::find(entry.holders.begin(), entry.holders.end(), holder) == entry.holders.end())
    entry.holders.push_back(holder);
}

void SharedTasks::release(const ObjectId& id, QueryNumber holder) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  std::erase(found->second.holders, holder);
  if (found->second.holders.empty()) entries_.erase(found);
}

const std::vector<QueryNumber>& SharedTasks::holders(const ObjectId& id) const {
  static const std::vector<QueryNumber> none;
  const auto found = entries_.find(id);
  return found == entries_.end() ? none : found->second.holders;
}

}  // namespace taskrunner::live
