#pragma once

#include "report/figures.hpp"

#include <vector>

namespace taskrunner::bench {

using Figures = std::vector<Figure>;

/// Changes a second through the live queries of one loop, and what one of them takes of memory. One core.
void measure_hub(Figures& figures);
/// Nanoseconds that five filters take for one document each.
void measure_matching(Figures& figures);
/// From a commit to the bytes at a client's socket, at 1,000 changes a second with 1,000 live queries.
void measure_sockets(Figures& figures);
/// The same on a mongod of its own, changed by another client of it; and how many finds mongod counted meanwhile.
void measure_sockets_on_mongo(Figures& figures);

}  // namespace taskrunner::bench
