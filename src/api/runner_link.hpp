#pragma once

#include "api/fleet_hosts.hpp"
#include "api/runner_place.hpp"
#include "api/told_service.hpp"
#include "base/clock.hpp"
#include "core/task_service.hpp"
#include "live/live_hub.hpp"

#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::api {

/// What a door hears from a runner, on the door's loop.
struct RunnerEvents {
  std::function<void(const ObjectId&, const Json&)> on_progress;
  std::function<void(const ObjectId&, const core::LogLine&)> on_log;
  std::function<void(const ObjectId&)> on_ended;
  std::function<void(const FeedBatch&)> on_feed;
};

/// A runner as a door has it: there until cut() (its owner stops it), for whatever request is still under way.
/// Door's loop only.
class RunnerLink : public std::enable_shared_from_this<RunnerLink> {
 public:
  RunnerLink(boost::asio::io_context& io, core::TaskService& service, RunnerPlace place,
             const live::LivePace& pace = {});
  ~RunnerLink();

  /// Begins to hear of the runner.
  void start(RunnerEvents events);
  /// The runner is not touched after it. Harmless twice.
  void cut();

  /// Throws Error{unavailable} where the runner is gone: ask again after each co_await. Tasks come as clients are told
  /// of them.
  core::TaskService& service() const;
  /// The same, with tasks as they are stored.
  core::TaskService& stored() const;
  TaskPtr as_told(const TaskPtr& task) const { return as_told_ ? as_told_(task) : task; }
  const RunnerPlace& place() const { return place_; }
  bool is_cut() const { return service_ == nullptr; }
  const std::string& socket_namespace() const { return place_.socket_namespace; }
  bool is_fleet_origin(std::string_view origin) const { return fleet_ && fleet_->has_origin(origin); }
  live::LiveHub& hub() { return *hub_; }
  const live::LiveHub& hub() const { return *hub_; }
  boost::asio::io_context& io() { return io_; }
  std::int64_t now_ms() const { return system_clock().wall_ms(); }

  std::uint64_t adds = 0;  ///< tasks added through the door

 private:
  class Listener;
  void hear(const std::function<void(const RunnerEvents&)>& tell) const;

  boost::asio::io_context& io_;
  core::TaskService* service_;
  const RunnerPlace place_;
  const live::AsTold as_told_;  ///< where it differs
  std::unique_ptr<ToldService> told_;
  RunnerEvents events_;
  std::shared_ptr<live::LiveHub> hub_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<FleetHosts> fleet_;
};

}  // namespace taskrunner::api
