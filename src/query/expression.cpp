#include "query/expression.hpp"

#include <algorithm>

namespace taskrunner {

bool Condition::matches(Members document) const {
  return path_.any(document, predicate_->last_array(),
                   [predicate = predicate_.get()](const Json* value) { return predicate->test(value); });
}

bool AllOf::matches(Members document) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part->matches(document); });
}

bool AllOf::matches_value(const Json* value) const {
  return std::all_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part->matches_value(value); });
}

bool AnyOf::matches(Members document) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part->matches(document); });
}

bool AnyOf::matches_value(const Json* value) const {
  return std::any_of(parts_.begin(), parts_.end(), [&](const auto& part) { return part->matches_value(value); });
}

}  // namespace taskrunner
