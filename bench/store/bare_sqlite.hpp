#pragma once

#include <cstddef>
#include <string>

namespace taskrunner::bench {

struct BareRates {
  double whole_cycle = 0;     ///< insert → claim → complete, tasks a second
  double claim_complete = 0;  ///< of tasks that were there before
};

/// The limit: one thread, the SQLite C interface with prepared statements and nothing else, the same durability (WAL,
/// synchronous=FULL), batches of `batch` rows a transaction, a table of the few columns that a queue cannot do without.
BareRates run_bare_sqlite(const std::string& path, std::size_t tasks, std::size_t batch);

}  // namespace taskrunner::bench
