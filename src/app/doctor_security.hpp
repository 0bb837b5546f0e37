#pragma once

#include <taskrunner/task_runner.hpp>

#include "store/open_store.hpp"

#include <vector>

namespace taskrunner::app {

using Findings = std::vector<store::StoreFinding>;

/// Who could connect to a host with these options, and what its files of tokens, keys and certificates are worth.
void look_at_security(const TaskRunnerOptions& options, Findings& out);

}  // namespace taskrunner::app
