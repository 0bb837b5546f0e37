#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/buffer.hpp>

#include "net/websocket_frame.hpp"

namespace taskrunner::net {

/// One message on its way to one client: a head of its own and a tail that others share.
struct OutFrame {
  WebSocketOpcode opcode = WebSocketOpcode::text;
  std::string head;
  std::shared_ptr<const std::string> tail;
  std::string key;  ///< newest only, if not empty

  std::size_t size() const { return head.size() + (tail ? tail->size() : 0); }
};

/// What one connection still has to be sent, in order. Pure.
class OutQueue {
 public:
  /// True if it took the place of an older frame of the same key that had not begun to be sent.
  bool push(OutFrame frame);
  bool empty() const { return first_ == frames_.size(); }
  std::size_t bytes() const { return bytes_; }

  /// Websocket bytes from where consume() stopped: heads and small frames gathered in `scratch`, large ones
  /// referred to. Valid until the queue changes.
  std::vector<boost::asio::const_buffer> gather(char* scratch, std::size_t scratch_size) const;
  /// `wire_bytes` of what gather gave were sent.
  void consume(std::size_t wire_bytes);

  /// Everything as one polling body; empties the queue. Control frames are left out.
  std::string take_polling_body();
  /// Moves everything out.
  std::vector<OutFrame> take_all();
  void clear() { take_all(); }

 private:
  void pop();

  std::vector<OutFrame> frames_;  ///< a deque would keep 600 bytes while it is empty
  std::size_t first_ = 0;         ///< those before it are gone
  std::size_t bytes_ = 0;
  std::size_t sent_ = 0;  ///< wire bytes of the first frame that were sent
};

}  // namespace taskrunner::net
