#pragma once

#include <taskrunner/transition.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace taskrunner::store {

inline constexpr std::int64_t unique_key_kept_ms = 24 * 3'600'000LL;  ///< at least

/// What an update is made of beside its transitions.
struct MongoUpdateContext {
  Json now;  ///< an expression: the store's time as a date
  KeepPolicy keep;
};

/// Whether an update pipeline can carry it out: the owner's transitions and reap. An operator's are decided by
/// core/state_machine.hpp over the whole document.
bool is_by_update(const Transition& transition);

/// Transitions with the same key can share one statement: the same kind (of updates: the same members), token and
/// session. Only for what is_by_update().
std::string statement_key(const Transition& transition);

/// One statement of an `update` command that does to each task what core::decide() says, under the guard of the
/// transition, in one update of one document by the store's time. `jitters` has a number in [0, 1) for each, for its
/// backoff. The transitions have one key and different tasks.
Json update_statement(std::span<const Transition* const> transitions, std::span<const double> jitters,
                      const MongoUpdateContext& context);

}  // namespace taskrunner::store
