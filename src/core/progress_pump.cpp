#include "core/progress_pump.hpp"

#include <algorithm>

namespace taskrunner::core {
namespace {

constexpr std::int64_t show_period_ms = 100;
constexpr std::int64_t store_period_ms = 2'000;

}  // namespace

void ProgressPump::note(std::shared_ptr<RunningTask> task) {
  Entry& entry = entries_[task->record()->id];
  entry.task = std::move(task);
  entry.fresh = true;
}

void ProgressPump::show_newest(Entry& entry, const Show& show) {
  entry.fresh = false;
  if (auto data = entry.task->take_progress()) {
    show(entry.task->record()->id, *data);
    entry.unstored = std::move(data);
  }
}

std::optional<std::int64_t> ProgressPump::pump(std::int64_t boot_ms, const Show& show, const StoreIt& store) {
  std::optional<std::int64_t> again;
  const auto consider = [&](std::int64_t at_ms) { again = std::min(again.value_or(at_ms), at_ms); };
  for (auto& [id, entry] : entries_) {
    if (entry.fresh && boot_ms - entry.shown_boot_ms >= show_period_ms) {
      show_newest(entry, show);
      entry.shown_boot_ms = boot_ms;
    }
    if (entry.stored_boot_ms == 0) entry.stored_boot_ms = boot_ms;
    if (entry.unstored && boot_ms - entry.stored_boot_ms >= store_period_ms) {
      store(id, *std::exchange(entry.unstored, std::nullopt));
      entry.stored_boot_ms = boot_ms;
    }
    if (entry.fresh) consider(entry.shown_boot_ms + show_period_ms);
    if (entry.unstored) consider(entry.stored_boot_ms + store_period_ms);
  }
  return again;
}

void ProgressPump::flush(const ObjectId& id, const Show& show, const StoreIt& store) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  show_newest(entry, show);
  if (entry.unstored) store(id, *std::exchange(entry.unstored, std::nullopt));
}

}  // namespace taskrunner::core
