#pragma once

#include "query/predicate.hpp"

#include <string_view>

namespace taskrunner {

// The predicates of operators whose operand holds no further operators. Each throws Error{invalid_argument} that
// names the operator.

PredicatePtr parse_type(const Json& operand);
PredicatePtr parse_mod(const Json& operand);
PredicatePtr parse_size(const Json& operand);
/// `$gt`, `$gte`, `$lt`, `$lte`.
PredicatePtr parse_comparison(std::string_view name, const Json& operand);
/// `$eq`; `name` is for the error's text.
PredicatePtr parse_equality(std::string_view name, const Json& operand);

/// MongoDB's truth, as `$exists` takes it: false, 0, null and undefined are not.
bool is_true(const Json& operand);

bool is_regex(const Json& value);
Regex regex_of(const Json& value);

[[noreturn]] void refuse_operand(std::string_view name, const std::string& why);

}  // namespace taskrunner
