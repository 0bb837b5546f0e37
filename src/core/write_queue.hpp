#pragma once

#include "core/scheduler_action.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace taskrunner::core {

/// The owner's transitions on their way to the store: in order for each task, in batches, several in flight,
/// repeated until they are answered. Pure.
class WriteQueue {
 public:
  struct Entry {
    Transition transition;
    std::uint64_t ticket = 0;  ///< the asker's, 0 for none
  };
  struct Answer {
    Entry entry;
    TransitionResult result;
  };

  void push(Transition transition, std::uint64_t ticket = 0);

  /// The next batch to send, if one may be sent now.
  std::optional<WriteBatch> next(const Now& now);

  /// The batch's entries with their results; it is no longer in flight.
  std::vector<Answer> on_written(std::uint64_t batch, std::vector<TransitionResult> results);
  /// Not written, or unknown: its entries come again, before what was pushed since, after a pause.
  void on_failed(std::uint64_t batch, const Now& now);

  bool empty() const { return waiting_.empty() && in_flight_.empty(); }
  bool has_pending(const ObjectId& id) const { return pending_.contains(id); }
  std::size_t size() const;
  /// When next() is to be asked again though nothing happened.
  std::optional<std::int64_t> wake_boot_ms() const;

 private:
  bool is_in_flight(const ObjectId& id) const { return in_flight_ids_.contains(id); }
  std::vector<Entry> take_entries();
  void land(const std::vector<Entry>& entries);

  std::deque<Entry> waiting_;
  std::map<std::uint64_t, std::vector<Entry>> in_flight_;
  std::unordered_map<ObjectId, std::size_t> in_flight_ids_;
  std::unordered_map<ObjectId, std::size_t> pending_;  ///< waiting or in flight
  std::uint64_t last_batch_ = 0;
  std::int64_t failures_ = 0;
  std::int64_t not_before_boot_ms_ = 0;
};

}  // namespace taskrunner::core
