#pragma once

#include <taskrunner/store.hpp>

#include "core/cron.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::core {

/// A recurring task.
struct Schedule {
  std::string name;
  Cron cron;
  NewTask task;  ///< added for each tick, with a unique key of its own
};

/// The task of one tick: its unique key is the schedule's and the tick's, so that many hosts make one.
NewTask tick_task(const Schedule& schedule, std::int64_t tick_ms);

/// The newest tick in (after_ms, now_ms], if there is one: of ticks that were missed one is caught up.
std::optional<std::int64_t> newest_due(const Cron& cron, std::int64_t after_ms, std::int64_t now_ms);

/// The schedules of a runner and when each is to be looked at next. Engine loop only.
class ScheduleBook {
 public:
  /// Throws Error{invalid_argument} where the name stands already or is empty.
  void add(Schedule schedule);

  /// Those with a tick due, which are then not given again before on_done() or on_failed().
  std::vector<Schedule> take_due(std::int64_t wall_ms);
  /// Ticks up to there have their task.
  void on_done(const std::string& name, std::int64_t last_tick_ms);
  void on_failed(const std::string& name, std::int64_t wall_ms);
  /// When take_due() is to be asked again.
  std::optional<std::int64_t> next_wall_ms() const;

 private:
  struct Entry {
    Schedule schedule;
    std::optional<std::int64_t> next_ms = 0;  ///< 0: its last tick is not known yet
    bool under_way = false;
  };
  Entry* find(const std::string& name);

  std::vector<Entry> entries_;
};

/// Makes the task of the newest due tick, if one is due, and moves the store's last tick forward. A schedule that the
/// store has never seen begins now. Returns the last tick. Blocks; throws as the store does.
std::int64_t run_schedule(Store& store, const Schedule& schedule, const ObjectId& task_id, std::int64_t wall_ms);

}  // namespace taskrunner::core
