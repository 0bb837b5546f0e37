#pragma once

#include "api/runner_link.hpp"

#include <memory>
#include <vector>

namespace taskrunner::api {

inline constexpr std::size_t most_tasks_an_add = 1'000;

/// Adds a list of tasks: one answer for each, in order; a malformed element is refused for itself.
/// Throws Error{invalid_argument} where the payload is no list, or a longer one than `most_tasks_an_add`.
awaitable<std::vector<AddResult>> add_many(std::shared_ptr<RunnerLink> link, Json payload);

}  // namespace taskrunner::api
