#pragma once

#include "app/list_query.hpp"

#include <CLI/CLI.hpp>

namespace taskrunner::app {

/// Adds --state, --topic, --sort, --skip, --limit: what `list` and `watch` share.
void add_list_flags(CLI::App& verb, ListOptions& options);

}  // namespace taskrunner::app
