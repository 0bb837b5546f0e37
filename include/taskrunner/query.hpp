#pragma once

#include <taskrunner/json.hpp>

#include <cstdint>

namespace taskrunner {

/// Which tasks, in which order, and which part of that list. A value type, not yet checked: whoever takes it
/// answers Error{invalid_argument} that names the operator or field that is wrong.
struct Query {
  /// MongoDB's query language, within the allow-list of docs/protocol.md. `id` and `_id` are one. Null or {}: all.
  Json filter;
  /// {field: 1 or -1, …}; every sort ends in `_id`. Null: by `_id`.
  Json sort;
  std::int64_t skip = 0;
  /// At most so many; 0 is 1,000. skip + limit above 10,000 is refused.
  std::int64_t limit = 0;

  friend bool operator==(const Query&, const Query&) = default;
};

}  // namespace taskrunner
