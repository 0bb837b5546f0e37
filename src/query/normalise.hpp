#pragma once

#include <taskrunner/query.hpp>

namespace taskrunner {

/// The query in its one form (see CompiledQuery::query), within query/limits.hpp; operators are not looked at yet.
/// Throws Error{invalid_argument}.
Query normalise(const Query& query);

}  // namespace taskrunner
