#pragma once

#include "query/expression.hpp"

namespace taskrunner {

/// The compiled form of a normalised filter. Throws Error{invalid_argument} that names the operator which is not on
/// the allow-list, or whose value is wrong.
ExpressionPtr parse_filter(const JsonObject& filter);

}  // namespace taskrunner
