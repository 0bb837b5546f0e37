#pragma once

#include "store/mongo_update.hpp"

namespace taskrunner::store {

/// The stages of transitions with which a host lets go of a task and which may end in several ways: fail, again, release
/// and reap.
/// They find each task's own arguments in its field `_args`, which the caller puts there and takes away.
JsonArray leave_stages(const Transition& transition, const MongoUpdateContext& context);

}  // namespace taskrunner::store
