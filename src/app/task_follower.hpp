#pragma once

#include "app/live_list.hpp"
#include "app/socketio_client.hpp"

#include <taskrunner/json.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace taskrunner::app {

/// What is heard of a task. Each is called on the follower's thread.
struct TaskHearing {
  std::function<void(const Json& task)> on_task;          ///< first, and with each change
  std::function<void(const Json& progress)> on_progress;  ///< of a run
  std::function<void(const Json& line)> on_log;           ///< {time, level, text}
  std::function<void(const std::string& text)> on_note;   ///< for people: the host was lost, is back
};

/// Follows one task to its end: its state by a live query at the host, progress and log from the task's own
/// namespace at its publicUrl. Outlives restarts of the host.
class TaskFollower {
 public:
  TaskFollower(HostAddress host, std::string socket_namespace, std::string id, TaskHearing hearing);

  /// The task as it ended. Throws Error{unavailable} where the host cannot be reached at the first try (after that it
  /// waits for it), and Error{not_found} where the task is not or no longer there.
  Json run();

 private:
  /// Within one connection; throws where that breaks.
  Json follow_once();
  void take_host_event(const SocketEvent& event, LiveList& list);
  void note_task(const LiveList& list);
  void meet_own_namespace();
  Json ticket();
  void take_own_events();

  const HostAddress address_;
  const std::string namespace_;
  const std::string id_;
  const TaskHearing hearing_;
  SocketPolls polls_;
  std::unique_ptr<SocketIoClient> host_;
  std::unique_ptr<SocketIoClient> own_;
  std::chrono::steady_clock::time_point own_not_before_{};
  Json task_;
  bool was_connected_ = false;
};

}  // namespace taskrunner::app
