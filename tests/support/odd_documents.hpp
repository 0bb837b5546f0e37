#pragma once

#include "base/random.hpp"

#include <taskrunner/json.hpp>

#include <cstddef>
#include <vector>

namespace taskrunner::test {

// Values and documents that queries tend to get wrong: null beside missing, arrays in arrays, numbers as names,
// NaN, -0, whole numbers beyond 2^53, decimals, empty objects, rare types. Field names are few, so that they meet.

/// Each of them once; only those that a document may hold.
const std::vector<Json>& odd_values();

/// One of those, or a small object or array of them.
Json odd_value(Random& random, int depth = 2);

/// The same `count` for the same state of `random`: first those that were thought of, then random ones. Each has an `_id`
/// of its own, some of odd types.
std::vector<JsonObject> odd_documents(Random& random, std::size_t count);

}  // namespace taskrunner::test
