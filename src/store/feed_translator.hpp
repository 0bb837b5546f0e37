#pragma once

#include "store/task_facts.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace taskrunner::store {

/// Makes feed events of changes that tell only what changed. What a change leaves out is taken from what was seen before
/// (KnownTasks), and only where that does not say it either, looked up: once a batch. What is looked up may be newer
/// than the change; the rev of the event says of which state it tells, and may then come twice.
///
/// Decided without a look-up: inserts; completions; claims (a claim finds no signal, every way to `to do` takes it
/// away). A claimable task always has its topic; of others it may be empty.
///
/// One thread; the counters may be read by any.
class FeedTranslator {
 public:
  /// The facts of those that are there. May throw: then nothing of the batch counts, and it can be given again.
  using LookUp = std::function<std::vector<std::pair<ObjectId, TaskFacts>>(const std::vector<ObjectId>&)>;

  /// The events of the changes, in order. `collection_gone`, `stream_over` and `other` give none.
  std::vector<FeedEvent> translate(std::vector<TaskChange> changes, const LookUp& look_up);
  /// After a gap in the changes.
  void forget_all() { known_.clear(); }

  std::uint64_t looked_up() const { return looked_up_; }
  std::uint64_t odd() const { return odd_; }

 private:
  struct Draft {
    TaskChange change;
    FeedEvent event;
    bool wants_look_up = false;
  };
  void settle(Draft& draft);
  void settle_update(Draft& draft);
  void fill_in(std::vector<Draft>& drafts, const LookUp& look_up);

  KnownTasks known_;
  std::atomic<std::uint64_t> looked_up_ = 0;
  std::atomic<std::uint64_t> odd_ = 0;
};

}  // namespace taskrunner::store
