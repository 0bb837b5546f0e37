#pragma once

#include <cstdint>

namespace taskrunner {

/// How sure a host may be of another's death before that one's session has lapsed (docs/states.md, "Sessions"). Only
/// where several processes share a store.
enum class DeathProof : std::uint8_t {
  off,    ///< sessions end by lapse of time only
  local,  ///< the process is gone from this very machine
  peers,  ///< that, and what connections to the other hosts prove
};

}  // namespace taskrunner
