#pragma once

#include <taskrunner/store.hpp>
#include <taskrunner/transition.hpp>

#include <cstdint>

namespace taskrunner::core {

/// What a transition may know beside the task: no clock and no randomness of its own.
struct TransitionContext {
  std::int64_t now_ms = 0;  ///< the store's clock
  KeepPolicy keep;
  double jitter = 1.0;  ///< in [0, 1): scales a backoff (full jitter)
};

/// After so long without a sign of life a runner of the old kind is taken for dead; theirs judge each other the same way.
inline constexpr std::int64_t silence_of_dead_runner_ms = 8 * 3'600'000LL;

enum class Effect : std::uint8_t {
  changed,    ///< the record was changed: write it (rev has grown)
  unchanged,  ///< the record is as asked already
  removed,    ///< the record is to be deleted
  refused,    ///< untouched; `reason` says why
  lost,       ///< untouched; the fence does not hold
};

struct Decision {
  Effect effect = Effect::changed;
  std::string reason;
};

/// Every transition of docs/states.md as one pure function: looks at `task`, changes it where it may.
/// A repeat of an owner's own completion is `unchanged`.
Decision decide(TaskRecord& task, const Transition& transition, const TransitionContext& context);

/// The record that an add stores.
TaskRecord new_record(const NewTask& task, std::int64_t now_ms);

/// The claim rule, apart from the topic: to do, no worker, no lease session, and not waiting.
bool is_claimable(const TaskRecord& task, std::int64_t now_ms);
/// To do, no worker, no lease session; it may still wait.
bool is_unheld_to_do(const TaskRecord& task);
/// The order of claims: priority descending (absent lowest), due time (absent first), id.
bool claims_before(const TaskRecord& a, const TaskRecord& b);
/// Makes a claimable task the session's.
void claim(TaskRecord& task, const ClaimRequest& request, const TopicDemand& topic, std::int64_t now_ms);

/// The change as the feed tells it; `task` is the record after the change (the last one for remove).
FeedEvent feed_event(FeedEvent::Kind kind, const TaskRecord& task);

}  // namespace taskrunner::core
