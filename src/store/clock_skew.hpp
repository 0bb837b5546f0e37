#pragma once

#include "store/mongo_members.hpp"
#include "store/open_store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::store {

/// What the members' clocks are worth a word about. Pure; says nothing where no member told its time.
void check_clocks(const std::vector<MongoMember>& members, std::vector<StoreFinding>& findings);

/// What is to be said in the log of a store's clock as it is measured again and again. Pure; one thread.
class ClockWatch {
 public:
  /// Both clocks are told as what they are ahead of this machine's boot clock, which never jumps; the store's is good to
  /// `error_ms`. Says when the store's jumped, and when this machine's is far from it or no more; each once.
  std::vector<std::string> note(std::int64_t store_ms, std::int64_t here_ms, std::int64_t error_ms);

 private:
  std::optional<std::int64_t> last_store_ms_;
  std::int64_t last_error_ms_ = 0;
  bool is_far_ = false;
};

}  // namespace taskrunner::store
