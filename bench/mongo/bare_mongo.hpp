#pragma once

#include <cstddef>
#include <string>
#include <thread>

namespace taskrunner::bench {

struct BareMongoRates {
  double add = 0;             ///< inserts by `batch`
  double claim_complete = 0;  ///< of tasks that were there before
  double whole_cycle = 0;     ///< all three at the same time
};

/// The limit: libmongoc and nothing else, one client that claims and one that completes, `batch` tasks a command, the
/// same durability (w: majority, j: true) and the same claim index; documents of the few fields that a queue cannot do
/// without. A claim is find, update by ids, and a short look at what was got; a completion gives each task its own
/// response. `url` names the database `bare`, which is emptied first.
BareMongoRates run_bare_mongo(const std::string& url, std::size_t tasks, std::size_t batch);

/// While it lives, the store's control stream is open on the database `bare`, and read as the store's feed reads it;
/// nothing is made of its events.
class BareStream {
 public:
  explicit BareStream(const std::string& url);

 private:
  std::jthread thread_;
};

}  // namespace taskrunner::bench
