#include "core/schedule_book.hpp"

#include <taskrunner/error.hpp>

#include "base/time_text.hpp"

#include <algorithm>
#include <span>

namespace taskrunner::core {

NewTask tick_task(const Schedule& schedule, std::int64_t tick_ms) {
  NewTask task = schedule.task;
  task.id = ObjectId();
  task.unique_key = "schedule:" + schedule.name + ":" + iso_time(tick_ms);
  task.schedule = ScheduleTick{schedule.name, tick_ms};
  return task;
}

std::optional<std::int64_t> newest_due(const Cron& cron, std::int64_t after_ms, std::int64_t now_ms) {
  // After a long time down only the newest matters: look back from now in growing steps, not through years of minutes.
  for (std::int64_t back_ms = 3'600'000;; back_ms *= 8) {
    const std::int64_t from_ms = std::max(after_ms, now_ms - back_ms);
    std::optional<std::int64_t> newest;
    for (auto tick = cron.next_after(from_ms); tick && *tick <= now_ms; tick = cron.next_after(*tick)) newest = tick;
    if (newest || from_ms == after_ms) return newest;
  }
}

void ScheduleBook::add(Schedule schedule) {
  if (schedule.name.empty()) throw Error(ErrorCode::invalid_argument, "a schedule needs a name");
  if (find(schedule.name))
    throw Error(ErrorCode::invalid_argument, "there is a schedule '" + schedule.name + "' already");
  entries_.push_back({std::move(schedule), 0, false});
}

ScheduleBook::Entry* ScheduleBook::find(const std::string& name) {
  for (Entry& entry : entries_)
    if (entry.schedule.name == name) return &entry;
  return nullptr;
}

std::vector<Schedule> ScheduleBook::take_due(std::int64_t wall_ms) {
  std::vector<Schedule> due;
  for (Entry& entry : entries_) {
    if (entry.under_way || !entry.next_ms || *entry.next_ms > wall_ms) continue;
    entry.under_way = true;
    due.push_back(entry.schedule);
  }
  return due;
}

void ScheduleBook::on_done(const std::string& name, std::int64_t last_tick_ms) {
  Entry* entry = find(name);
  entry->under_way = false;
  entry->next_ms = entry->schedule.cron.next_after(last_tick_ms);
}

void ScheduleBook::on_failed(const std::string& name, std::int64_t wall_ms) {
  constexpr std::int64_t retry_ms = 1'000;
  Entry* entry = find(name);
  entry->under_way = false;
  entry->next_ms = wall_ms + retry_ms;
}

std::optional<std::int64_t> ScheduleBook::next_wall_ms() const {
  std::optional<std::int64_t> next;
  for (const Entry& entry : entries_)
    if (!entry.under_way && entry.next_ms) next = std::min(next.value_or(*entry.next_ms), *entry.next_ms);
  return next;
}

std::int64_t run_schedule(Store& store, const Schedule& schedule, const ObjectId& task_id, std::int64_t wall_ms) {
  const auto last_tick = store.last_tick(schedule.name);
  if (!last_tick) {
    store.advance_tick(schedule.name, wall_ms);
    return wall_ms;
  }
  const auto due = newest_due(schedule.cron, *last_tick, wall_ms);
  if (!due) return *last_tick;
  NewTask task = tick_task(schedule, *due);
  task.id = task_id;
  // Another host may have been first: then it is a duplicate, and all is well.
  const std::vector<AddResult> added = store.add(std::span(&task, 1));
  if (added.at(0).error) throw Error(*added[0].error, added[0].reason);
  store.advance_tick(schedule.name, *due);
  return *due;
}

}  // namespace taskrunner::core
