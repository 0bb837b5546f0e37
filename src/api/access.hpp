#pragma once

#include <taskrunner/query.hpp>
#include <taskrunner/task_record.hpp>

#include "live/live_task.hpp"
#include "query/compiled_query.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::api {

/// What one identity may see, and so act on: some tasks, by a filter, and their fields but for some. The one place
/// that decides it, for every list, change, look-up and action. Immutable.
class Access {
 public:
  /// Everything.
  Access() = default;
  /// The tasks that match `rows`, without the fields named (top-level ones, as clients see them: "data", "response").
  /// Throws Error{invalid_argument} where the filter is wrong.
  Access(const Json& rows, std::vector<std::string> hidden_fields);

  /// The query within what may be seen. Throws Error{invalid_argument} where it asks about a hidden field, whose value
  /// could be found out so.
  Query narrowed(Query query) const;
  bool permits(const TaskRecord& task) const;

  /// The task as this identity sees it.
  std::string wire_json(const live::LiveTask& task) const;
  std::string wire_json(const TaskRecord& task) const;

  bool sees_all_rows() const { return !rows_; }
  bool sees_all_fields() const { return hidden_.empty(); }

 private:
  void refuse_hidden(const Json& part) const;
  bool hides(std::string_view path) const;

  Json filter_;
  std::optional<CompiledQuery> rows_;
  std::vector<std::string> hidden_;
};

using AccessPtr = std::shared_ptr<const Access>;

/// Of who has no identity: everything.
AccessPtr full_access();

}  // namespace taskrunner::api
