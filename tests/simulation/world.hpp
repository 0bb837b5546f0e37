#pragma once

#include "simulation/sim_host.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::simulation {

struct RunReport {
  std::size_t steps = 0;
  std::size_t tasks = 0;
  std::size_t starts = 0;
  std::size_t kills = 0;
  std::optional<std::string> violation;
  std::vector<std::string> trace;  ///< where there is a violation
};

/// One seed: three hosts over a memory store, tasks that are added and meddled with, hosts that are killed and come
/// back; ends when every task has ended, or an invariant does not hold.
RunReport run_seed(std::uint64_t seed);

}  // namespace taskrunner::simulation
