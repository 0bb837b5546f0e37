#pragma once

#include <taskrunner/json.hpp>

#include <compare>

namespace taskrunner {

/// MongoDB's order over all BSON values: by the type's rank, then by value. Numbers of all types are one rank and
/// compare exactly (beyond 2^53 too, and a double with a decimal128); NaN equals itself and is less than any number;
/// 0 equals -0. Objects compare member by member: rank, name, value.
/// Source: https://www.mongodb.com/docs/manual/reference/bson-type-comparison-order/
std::weak_ordering compare_bson(const Json& a, const Json& b);

/// `compare_bson` is equal; cheaper where the types differ.
bool equal_bson(const Json& a, const Json& b);

/// The rank of a value's type; values of different rank never compare equal, and `$lt`, `$gt` … match only
/// within one rank.
int bson_rank(const Json& value);

/// The number is NaN, of whichever type.
bool is_nan(const Json& value);

}  // namespace taskrunner
