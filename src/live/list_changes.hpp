#pragma once

#include "live/live_task.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace taskrunner::live {

/// One step from a list to the next.
struct ListChange {
  enum class Kind : std::uint8_t { insert, update, remove };
  Kind kind = Kind::update;
  std::size_t position = 0;  ///< in the list as the steps before it left it
  LiveTaskPtr task;          ///< as it is now; of remove, as it was
};

/// The fewest steps that make `before` into `after` when applied in order, without looking: `remove` takes out what
/// stands at its position, `insert` puts the task there, `update` replaces. A task that moves is a remove, and an
/// insert at the position counted without it. Within a list ids are unique.
std::vector<ListChange> list_changes(std::span<const LiveTaskPtr> before, std::span<const LiveTaskPtr> after);

}  // namespace taskrunner::live
