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

/// What an identity is let see. What is empty does not narrow it.
struct AccessRule {
  Json rows = {};  ///< a filter in MongoDB's query language, as of a query
  std::optional<std::vector<std::string>> topics = {};  ///< tasks of these versioned topics only; an empty list: of none
  /// Top-level ones, as clients see them: "data", "response". "progress" are its events too; "logs" are the log lines.
  std::vector<std::string> hidden_fields = {};
};

/// What one identity may see, and so act on: some tasks, by a filter, and their fields but for some. The one place
/// that decides it, for every list, change, look-up and action. Immutable.
class Access {
 public:
  /// Everything.
  Access() = default;
  /// Throws Error{invalid_argument} where the filter is wrong.
  /// The same where a field is hidden that every answer must have: the id.
  explicit Access(AccessRule rule);

  /// The query within what may be seen, checked as it came: what is wrong with it is said as to anybody. Throws Error{invalid_argument} where it asks about a hidden field, whose value
  /// could be found out so.
  Query narrowed(Query query) const;
  bool permits(const TaskRecord& task) const;
  bool permits_topic(const std::string& versioned_topic) const;
  bool shows(std::string_view field) const { return !hides(field); }

  /// The task as this identity sees it.
  std::string wire_json(const live::LiveTask& task) const;
  std::string wire_json(const TaskRecord& task) const;

  bool sees_all_rows() const { return !rows_; }
  const std::vector<std::string>& hidden_fields() const { return hidden_; }
  bool sees_all_fields() const { return hidden_.empty(); }

 private:
  void refuse_hidden(const Json& part) const;
  bool hides(std::string_view path) const;

  Json filter_;
  std::optional<CompiledQuery> rows_;
  std::optional<std::vector<std::string>> topics_;
  std::vector<std::string> hidden_;
};

using AccessPtr = std::shared_ptr<const Access>;

/// Of who has no identity: everything.
AccessPtr full_access();

}  // namespace taskrunner::api
