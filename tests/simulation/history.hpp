#pragma once

#include <taskrunner/store.hpp>

#include "simulation/trace.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace taskrunner::simulation {

/// What has become of every task, followed through the store's feed, and what must always hold of it:
/// `rev` has no gap; a claim takes only what nobody holds, and raises `epoch` by one; only the holder of the lease ends a
/// run; an ended task changes only by retry or removal.
class History {
 public:
  explicit History(Trace& trace) : trace_(trace) {}

  void note(const FeedEvent& event);
  /// A body starts: no other run of it may be believed in by its host.
  void body_started(const std::string& host, const TaskRecord& task);
  /// The body has returned, was told to stop, or died with its host.
  void body_over(const std::string& host, const ObjectId& id);

  /// After all is quiet: every task has ended.
  void check_all_ended(std::size_t added) const;
  std::size_t ended() const;
  std::size_t starts() const { return starts_; }

 private:
  void check_step(const TaskRecord& before, const TaskRecord& after) const;

  Trace& trace_;
  std::map<ObjectId, TaskPtr> tasks_;
  std::map<ObjectId, std::string> believers_;  ///< who runs a body, and was not told to stop
  std::map<ObjectId, std::int64_t> last_epoch_started_;
  std::size_t starts_ = 0;
};

}  // namespace taskrunner::simulation
