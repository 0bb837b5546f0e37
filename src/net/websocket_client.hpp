#pragma once

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace taskrunner::net {

/// The client's end of a websocket. On the loop of the coroutine that opened it.
class WebSocketClient {
 public:
  virtual ~WebSocketClient() = default;

  /// The next message; one read at a time. What is not read waits at the server, whose matter it is. Throws
  /// Error{unavailable} where the connection has ended or nothing came for a minute.
  virtual boost::asio::awaitable<std::string> read() = 0;
  /// Queued; a connection that breaks is noticed by read().
  virtual void send(std::string text) = 0;
  virtual std::size_t queued_bytes() const = 0;
  /// At once; a read that waits throws. Harmless twice.
  virtual void close() = 0;
};

/// `origin`: http(s)://host[:port]; https asks for a certificate that the system's authorities vouch for. Throws
/// Error{unavailable} that names the origin where there is no websocket within ten seconds.
boost::asio::awaitable<std::shared_ptr<WebSocketClient>> open_websocket(std::string origin, std::string target);

}  // namespace taskrunner::net
