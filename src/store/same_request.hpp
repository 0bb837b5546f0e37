#pragma once

#include <taskrunner/store.hpp>

#include "doc/bson_order.hpp"

#include <memory>
#include <string>

namespace taskrunner::store {

// What every store says of an add.

/// An add of this topic and data (by value) asks for what is there already.
inline bool same_request(const TaskRecord& known, const NewTask& task) {
  if (known.versioned_topic != task.versioned_topic || known.data.has_value() != task.data.has_value()) return false;
  return !known.data || equal_bson(*known.data, *task.data);
}

inline std::string conflict_reason(const ObjectId& known) {
  return "task " + known.hex() + " has this id or unique key already, with another topic or other data";
}

/// The answer to the import of a task whose id or unique key is there already.
inline AddResult import_beside(const TaskRecord& known, const TaskRecord& imported) {
  if (known == imported) return {std::make_shared<const TaskRecord>(known), true, {}, {}};
  return {nullptr, false, ErrorCode::conflict, "task " + known.id.hex() + " is there already, with other content"};
}

inline constexpr const char* zero_id_reason = "a task needs an id before it is added";

}  // namespace taskrunner::store
