#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "net/http_server.hpp"
#include "net/loop_buffers.hpp"
#include "net/out_queue.hpp"
#include "net/websocket_frame.hpp"

namespace taskrunner::net {

class WebSocketConnection;

/// Who uses a websocket. Called from the loop; may close the connection inside any call.
class WebSocketUser {
 public:
  virtual ~WebSocketUser() = default;
  virtual void on_bytes() = 0;  ///< something came
  virtual void on_message(WebSocketConnection& from, bool binary, std::string_view payload) = 0;
  virtual void on_written(WebSocketConnection& from) = 0;  ///< something left
  /// Once, unless the user closed it.
  virtual void on_closed(WebSocketConnection& from, std::string_view reason) = 0;
};

/// Sec-WebSocket-Accept of that key (RFC 6455 section 4.2.2).
std::string websocket_accept(std::string_view key);
/// Empty if the upgrade request is good, else what is wrong with it.
std::string websocket_request_fault(const HttpRequest& request);

/// A websocket after its handshake. Alive while its waits are; loop thread only.
class WebSocketConnection : public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(boost::asio::io_context& io, std::shared_ptr<LoopBuffers> buffers, UpgradedConnection given,
                      std::size_t max_message_bytes);

  /// Answers 101 and reads on. The user is not owned and must outlive its use, or be taken off.
  void start(const HttpRequest& request, const HttpFields& extra_fields, std::weak_ptr<WebSocketUser> user);
  /// Queued, and written once a loop turn. True if it replaced an older one.
  bool send(OutFrame frame);
  std::size_t queued_bytes() const { return queue_.bytes(); }
  /// Sends what is queued, then a close frame; ends without the peer's after a while. The user hears no more.
  void close(std::uint16_t code, std::string_view reason);
  /// At once, without a close frame.
  void abort();

 private:
  void wait_readable();
  void on_readable();
  bool decode(char* data, std::size_t size);
  bool on_message(WebSocketOpcode kind, std::string_view payload, std::uint16_t code);
  class FlushTurn;
  void schedule_flush();
  void flush();
  std::vector<boost::asio::const_buffer> gather() const;
  void consume(std::size_t count);
  void wait_writable();
  void lose(std::string_view reason);

  boost::asio::io_context& io_;
  std::shared_ptr<LoopBuffers> buffers_;
  std::unique_ptr<ByteStream> stream_;
  std::shared_ptr<void> slot_;
  std::string answer_;  ///< the 101 head, until it is written
  std::string early_;
  WebSocketDecoder decoder_;
  OutQueue queue_;
  std::weak_ptr<WebSocketUser> user_;
  bool closing_ = false;
  bool closed_ = false;
  bool flush_scheduled_ = false;
  bool waiting_writable_ = false;
  std::unique_ptr<boost::asio::steady_timer> close_timer_;
};

}  // namespace taskrunner::net
