#pragma once

#include "app/options.hpp"

namespace taskrunner::app {

/// Runs a host with the built-in topics until SIGTERM or SIGINT, drains, and returns 0.
/// Throws Error where the store cannot be opened or the port is taken, with the way out.
int serve(const ServeOptions& options);

}  // namespace taskrunner::app
