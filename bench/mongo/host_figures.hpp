#pragma once

#include "report/figures.hpp"
#include "report/options.hpp"
#include "support/mongod.hpp"

namespace taskrunner::bench {

/// Whole hosts, each in a process of its own; what is run is counted by the tasks.
std::vector<Figure> host_figures();

/// Adds one value to each figure, of fresh databases. Throws std::runtime_error where a task ran twice.
void measure_hosts(const Options& options, test::Mongod& server, std::vector<Figure>& figures);

}  // namespace taskrunner::bench
