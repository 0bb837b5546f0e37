#pragma once

#include <cstddef>
#include <cstdint>

namespace taskrunner::limits {

// What a query may cost. A client's query is hostile until it is parsed; these bound the work of parsing it and of
// matching one document.
constexpr int filter_depth = 50;                   ///< levels of objects and arrays
constexpr std::size_t filter_values = 10'000;      ///< objects, arrays and plain values in all
constexpr std::size_t filter_bytes = 1024 * 1024;  ///< of names and strings in all
constexpr std::size_t path_bytes = 1'000;
constexpr std::size_t path_parts = 50;
constexpr std::size_t sort_fields = 32;
constexpr std::size_t regexes = 32;
constexpr std::size_t regex_bytes = 4'096;
constexpr std::int64_t regex_steps = 2'000'000;  ///< on one string; about 30 ms
constexpr std::int64_t default_limit = 1'000;
constexpr std::int64_t window_end = 10'000;  ///< skip + limit

}  // namespace taskrunner::limits
