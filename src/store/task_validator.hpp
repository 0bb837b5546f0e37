#pragma once

#include <taskrunner/json.hpp>

#include "store/mongo_command.hpp"

#include <optional>

namespace taskrunner::store {

/// Makes it safe to share a collection with runners that save by `_id` alone: of a task that has a lease, the server
/// refuses (error 121) whatever changes `worker` or `state` without what the lease repeats of them. So nobody takes a
/// task away from its host unseen, ends it in its place, or starts one anew that a host has ended. Tasks without a lease
/// are theirs as much as ours.
const Json& task_validator();

/// What a collection is checked by.
struct CollectionRules {
  JsonObject validator;
  bool is_moderate = false;  ///< documents that broke the rule before may still be changed
  bool refuses = true;       ///< and does not just warn
};

/// Nothing where there is no such collection.
std::optional<CollectionRules> read_rules(MongoCommands& commands);

/// task_validator() is among what the rules ask for, and they are enforced.
bool guards_tasks(const CollectionRules& rules);

/// Rules that guard tasks, and keep what others put there.
JsonObject with_task_validator(const JsonObject& validator);

/// Puts the validator there (the collection too, where it is missing); false where it stood there already. Any number of
/// hosts may do so at once. Throws Error that names the way out where the server refuses.
bool put_validator(MongoCommands& commands);

}  // namespace taskrunner::store
