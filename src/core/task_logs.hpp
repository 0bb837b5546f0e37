#pragma once

#include "core/task_service.hpp"

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

namespace taskrunner::core {

/// The log lines of the tasks that ended here last, so that one can still be looked at. Pure, bounded.
class TaskLogs {
 public:
  void keep(const ObjectId& id, std::vector<LogLine> lines) {
    if (lines.empty()) return;
    std::erase_if(logs_, [&](const auto& entry) { return entry.first == id; });
    logs_.emplace_back(id, std::move(lines));
    if (logs_.size() > tasks_kept) logs_.pop_front();
  }
  std::vector<LogLine> of(const ObjectId& id) const {
    for (const auto& [task, lines] : logs_)
      if (task == id) return lines;
    return {};
  }

 private:
  static constexpr std::size_t tasks_kept = 100;
  std::deque<std::pair<ObjectId, std::vector<LogLine>>> logs_;
};

}  // namespace taskrunner::core
