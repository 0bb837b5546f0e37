#pragma once

#include <taskrunner/query.hpp>

#include <string>
#include <vector>

namespace taskrunner::app {

/// What `list` and `watch` were told.
struct ListOptions {
  std::vector<std::string> states;  ///< states, or outcomes of completed tasks
  std::vector<std::string> topics;
  std::string query;  ///< JSON
  std::string sort;   ///< JSON, or field names, those with '-' descending: "-priority,createdAt"
  std::int64_t skip = 0;
  std::int64_t limit = 0;
};

/// Throws Error{invalid_argument} that names the option that is wrong.
Query list_query(const ListOptions& options);

/// Parses JSON that a user typed; an error begins with `what`.
Json parse_typed_json(const std::string& what, const std::string& text);

}  // namespace taskrunner::app
