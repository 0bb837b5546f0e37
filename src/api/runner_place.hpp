#pragma once

#include <string>

namespace taskrunner::api {

/// How a runner stands behind a door.
struct RunnerPlace {
  std::string socket_namespace = "/tasks";
  bool is_in_fleet = false;  ///< other hosts share its store: their pages may connect
};

}  // namespace taskrunner::api
