#pragma once

#include <taskrunner/task_record.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace taskrunner::live {

/// Gives a task as clients are told of it, which may differ from what is stored and matched; absent: as it is.
using AsTold = std::function<TaskPtr(const TaskPtr&)>;

/// One revision of a task as live queries share it: the record, the document that filters and sorts look at, and the
/// JSON that clients get, made when it is first asked for. Immutable but for that; one loop only.
class LiveTask {
 public:
  explicit LiveTask(TaskPtr record, const AsTold& as_told = {});

  const ObjectId& id() const { return record_->id; }
  std::int64_t rev() const { return record_->rev; }
  const TaskPtr& record() const { return record_; }
  /// What clients are told.
  const TaskPtr& told() const { return told_; }
  const JsonObject& document() const { return document_; }
  const std::string& wire_json() const;

 private:
  const TaskPtr record_;
  const TaskPtr told_;
  const JsonObject document_;
  mutable std::string wire_json_;
};

/// The same revision. Runners of the old kind leave `rev` alone: of those the times, and then the records, tell.
bool is_same_revision(const TaskRecord& a, const TaskRecord& b);
/// Not that, and not older.
bool is_news(const TaskRecord& task, const TaskRecord& than);

using LiveTaskPtr = std::shared_ptr<const LiveTask>;
using TaskList = std::vector<LiveTaskPtr>;

}  // namespace taskrunner::live
