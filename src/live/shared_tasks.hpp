#pragma once

#include "live/live_task.hpp"
#include "live/query_index.hpp"

#include <cstddef>
#include <memory>
#include <unordered_map>
#include <vector>

namespace taskrunner::live {

/// The tasks in the windows of a hub: each revision once, and who holds which task. One loop only.
class SharedTasks {
 public:
  explicit SharedTasks(AsTold as_told = {}) : as_told_(std::move(as_told)) {}

  /// That revision as windows hold it already, or a new one.
  LiveTaskPtr share(const TaskPtr& record);

  void hold(const LiveTaskPtr& task, QueryNumber holder);
  /// Harmless where it does not hold it.
  void release(const ObjectId& id, QueryNumber holder);
  /// Valid until the next call of hold() or release().
  const std::vector<QueryNumber>& holders(const ObjectId& id) const;
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::weak_ptr<const LiveTask> newest;
    std::vector<QueryNumber> holders;
  };
  const AsTold as_told_;
  std::unordered_map<ObjectId, Entry> entries_;
};

}  // namespace taskrunner::live
