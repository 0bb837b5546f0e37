#pragma once

#include <array>
#include <memory>

namespace taskrunner::net {

/// What all connections of one loop read into and gather in, one at a time: an idle connection has no buffer.
/// Nothing in it outlives the handler that filled it.
struct LoopBuffers {
  std::array<char, 64 * 1024> read;
  std::array<char, 64 * 1024> write;
};

}  // namespace taskrunner::net
