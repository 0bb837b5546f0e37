#pragma once

#include <string>

namespace taskrunner::api {

/// How a runner stands behind a door.
struct RunnerPlace {
  std::string socket_namespace = "/tasks";
  bool is_in_fleet = false;  ///< other hosts share its store: their pages may connect
  /// Not empty: tasks that other hosts of the fleet run are served here too, and clients are told of every task that
  /// runs that it does so at this origin.
  std::string relay_url = {};
  /// Under which it is reached: each of its tasks has its URL below.
  std::string origin = {};
};

}  // namespace taskrunner::api
