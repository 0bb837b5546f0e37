#pragma once

#include <taskrunner/task_record.hpp>

namespace taskrunner::core {

/// A task of an export as it may stand in another store: no host holds it there. A running one is to be done, with
/// its attempt given back; a paused one, or one that a pause was asked of, is parked. Completed ones stay as they are.
TaskRecord as_imported(TaskRecord task);

}  // namespace taskrunner::core
