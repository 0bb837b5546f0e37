#pragma once

#include <taskrunner/store.hpp>
#include <taskrunner/task_record.hpp>

#include <span>
#include <string>

namespace taskrunner::api {

/// Where a client is relayed to, or why not.
struct RelayTarget {
  std::string origin;   ///< of the host that runs the task; empty: refused
  std::string refusal;  ///< why
};

/// A task's publicUrl is what anybody who can write the collection says: only where it is the task's namespace at a live
/// host of the fleet is it gone to. Pure.
RelayTarget relay_target(const TaskRecord& task, std::span<const SessionInfo> sessions, const std::string& own_url);

}  // namespace taskrunner::api
