#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_command.hpp"

#include <string>
#include <vector>

namespace taskrunner::store {

/// The sort in which tasks are claimed.
const Json& claim_order();

/// One index that a collection of tasks needs, as `createIndexes` takes it.
const std::vector<Json>& task_indexes();

/// The same where topics are shared with runners of the old kind: also what finds the tasks that those hold.
const std::vector<Json>& shared_task_indexes();

/// Names of those that the collection has not.
std::vector<std::string> missing_indexes(MongoCommands& commands, const std::vector<Json>& needed);

/// Makes one index and waits for it. What the server will not build (two documents with one unique key, another index of
/// the same fields) is logged. Throws Error{unavailable} where the server cannot be asked.
void make_index(MongoCommands& commands, const Json& wanted);

}  // namespace taskrunner::store
