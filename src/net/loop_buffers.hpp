#pragma once

#include <array>
#include <memory>
#include <vector>

namespace taskrunner::net {

class WebSocketConnection;

/// What all connections of one loop read into and gather in, one at a time: an idle connection has no buffer.
/// No byte in it outlives the handler that put it there.
struct LoopBuffers {
  std::array<char, 64 * 1024> read;
  std::array<char, 64 * 1024> write;
  /// Connections with something to send, written at the end of the loop's turn.
  std::vector<std::shared_ptr<WebSocketConnection>> to_flush;
};

}  // namespace taskrunner::net
