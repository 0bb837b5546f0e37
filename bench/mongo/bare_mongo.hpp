#pragma once

#include <cstddef>
#include <string>

namespace taskrunner::bench {

struct BareMongoRates {
  double add = 0;             ///< inserts by `batch`
  double claim_complete = 0;  ///< of tasks that were there before
};

/// The limit: libmongoc and nothing else, one client that claims and one that completes, `batch` tasks a command, the
/// same durability (w: majority, j: true) and the same claim index; documents of the few fields that a queue cannot do
/// without. A claim is find, update by ids, and a short look at what was got; a completion gives each task its own
/// response. `url` names a database of its own.
BareMongoRates run_bare_mongo(const std::string& url, std::size_t tasks, std::size_t batch);

}  // namespace taskrunner::bench
