#pragma once

#include "store/mongo_update.hpp"

#include <cstdint>

namespace taskrunner::store {

/// The end that most tasks come to.
struct MongoCompletion {
  const char* outcome;
  Json response;         ///< an expression, `$$REMOVE` for none
  std::int64_t keep_ms;  ///< where no unique key asks for more
};

/// One stage that completes tasks whatever has been asked of them, as core/state_machine.hpp has it: for complete and
/// take stop. Most of what a server does for a task is such an update, so nothing is worked out in stages before.
Json completion_stage(MongoCompletion completion, const MongoUpdateContext& context);

}  // namespace taskrunner::store
