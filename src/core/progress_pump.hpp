#pragma once

#include "core/running_task.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace taskrunner::core {

/// When running tasks' progress is shown (at most 10 a second a task, the newest wins) and stored (each 2 s).
/// Engine loop only.
class ProgressPump {
 public:
  using Show = std::function<void(const ObjectId&, const Json&)>;
  using StoreIt = std::function<void(const ObjectId&, Json)>;

  /// The task has new progress; shown by the next pump() that its pace allows.
  void note(std::shared_ptr<RunningTask> task);
  /// Shows and stores what is due; returns when to be called again, if ever.
  std::optional<std::int64_t> pump(std::int64_t boot_ms, const Show& show, const StoreIt& store);
  /// The run ends or rests: what was not shown is, and what was not stored is.
  void flush(const ObjectId& id, const Show& show, const StoreIt& store);
  void forget(const ObjectId& id) { entries_.erase(id); }

 private:
  struct Entry {
    std::shared_ptr<RunningTask> task;
    std::optional<Json> unstored;
    std::int64_t shown_boot_ms = 0;
    std::int64_t stored_boot_ms = 0;
    bool fresh = false;
  };
  static void show_newest(Entry& entry, const Show& show);

  std::unordered_map<ObjectId, Entry> entries_;
};

}  // namespace taskrunner::core
