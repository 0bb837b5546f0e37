#pragma once

#include <taskrunner/object_id.hpp>

#include <vector>

namespace taskrunner::fleet {

inline constexpr std::size_t watchers_each = 3;

/// Which of the open sessions `own` is to watch, so that each is watched by three others (by all, where there are
/// fewer): without talking to each other all hosts come to one answer from one list, and the watchers of a session
/// change only where one of them came or went (rendezvous hashing, Thaler and Ravishankar 1998).
std::vector<ObjectId> watched_by(const ObjectId& own, const std::vector<ObjectId>& open_sessions);

}  // namespace taskrunner::fleet
