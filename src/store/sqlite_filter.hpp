#pragma once

#include "query/compiled_query.hpp"
#include "store/sqlite_db.hpp"

#include <optional>
#include <string>
#include <vector>

namespace taskrunner::store {

/// A filter as a condition on a collection's table. Where it is not `exact` it lets more pass than matches, never less.
struct SqlFilter {
  std::string condition;  ///< of columns and `?`; never empty
  std::vector<Json> parameters;
  bool exact = true;
};

/// Equality, `$in`, `$ne` and `$nin` of what lies in columns of its own become SQL, joined as they are in the filter.
SqlFilter sql_filter(const CompiledQuery& query);

/// Binds the parameters from 1 on; returns the next parameter's number. The filter must live until the reset.
int bind_parameters(Statement& statement, const SqlFilter& filter);

/// What follows ORDER BY to get the query's order; nothing where a field has no column that sorts like it.
std::optional<std::string> sql_order(const CompiledQuery& query);

}  // namespace taskrunner::store
