#pragma once

#include "core/running_task.hpp"

#include <mutex>

namespace taskrunner::core {

/// Stands between bodies and their host: a body that goes on when its host's life is over reaches nobody through it.
/// Thread-safe.
class BodyGate final : public BodyHost {
 public:
  explicit BodyGate(BodyHost& host) : host_(&host) {}

  /// Waits for calls under way; none reaches the host any more. Harmless twice.
  void close();

  void body_paused(const ObjectId& id) override;
  void progress_made(std::shared_ptr<RunningTask> task) override;
  void logged(const ObjectId& id, const LogLine& line) override;
  /// Closed: not answered. The body has been told to stop, and waits for that too.
  void update(const ObjectId& id, UpdateTask update, std::function<void(TransitionStatus)> answered) override;
  std::int64_t wall_ms() const override;

 private:
  mutable std::mutex mutex_;
  BodyHost* host_;
};

}  // namespace taskrunner::core
