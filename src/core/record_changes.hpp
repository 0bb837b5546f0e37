#pragma once

#include "core/state_machine.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace taskrunner::core {

// What transitions are made of: questions to a record, and changes of one that several transitions share. Pure.

inline const Decision changed{Effect::changed, {}};
inline const Decision unchanged{Effect::unchanged, {}};
Decision refuse(std::string reason);
Decision lost();

/// A host has it, of ours or of another kind.
bool is_held(const TaskRecord& task);
/// The fence is that of the lease, and the run is not over.
bool holds(const TaskRecord& task, const Fence& fence);
bool asked(const TaskRecord& task, SignalOp op);

void touch(TaskRecord& task, std::int64_t now_ms);
void to_do(TaskRecord& task, const TransitionContext& context);
/// Completed. `asked_keep_ms` in place of the store's policy; a unique key is kept longer.
void end(TaskRecord& task, TaskOutcome outcome, const TransitionContext& context,
         std::optional<std::int64_t> asked_keep_ms = std::nullopt);
/// Where a task goes that its host lets go unfinished: what was asked for meanwhile is not lost.
void hand_back(TaskRecord& task, std::int64_t wait_ms, const TransitionContext& context);
void give_attempt_back(TaskRecord& task);
void remember_error(TaskRecord& task, const std::string& text, std::int64_t now_ms);

}  // namespace taskrunner::core
