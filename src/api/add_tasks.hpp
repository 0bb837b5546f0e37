#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"

#include <memory>
#include <vector>

namespace taskrunner::api {

inline constexpr std::size_t most_tasks_an_add = 1'000;

// Adds in an identity's name, of what it may see: a topic that it may not see is one that no host runs, and of a task
// that it may not see it only learns that a unique key is taken.

/// Adds the task of the payload. Throws Error where it is refused.
awaitable<AddResult> add_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, Json payload);

/// Adds a list of tasks: one answer for each, in order; a malformed element is refused for itself.
/// Throws Error{invalid_argument} where the payload is no list, or a longer one than `most_tasks_an_add`.
awaitable<std::vector<AddResult>> add_tasks(std::shared_ptr<RunnerLink> link, IdentityPtr who, Json payload);

}  // namespace taskrunner::api
