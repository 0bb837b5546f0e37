#pragma once

#include "api/identity.hpp"
#include "api/runner_link.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

/// Why the task is where it is, as JSON text: docs/protocol.md, "Why a task waits". Throws Error{not_found}.
awaitable<std::string> explain_task(std::shared_ptr<RunnerLink> link, IdentityPtr who, ObjectId id);

}  // namespace taskrunner::api
