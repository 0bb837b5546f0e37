#pragma once

#include "net/socketio_packet.hpp"
#include "net/websocket_client.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::net {

/// A client in one namespace of a Socket.IO server, over a websocket of its own. On the loop of the coroutine that
/// joined. What it does not read waits at the server. (The command line's client blocks instead, and gets along with
/// whatever proxies let through: app/socketio_client.)
class NamespaceClient {
 public:
  NamespaceClient(std::shared_ptr<WebSocketClient> socket, std::string namespace_name);
  ~NamespaceClient() { close(); }

  /// The next event or acknowledgement, or nothing where the server has ended the namespace; one read at a time.
  /// Throws Error{unavailable} where the connection broke.
  boost::asio::awaitable<std::optional<SocketPacket>> read();
  /// `payload` is a JSON array of the event's name and arguments; with an `id`, an acknowledgement is asked for.
  void send_event(std::string_view payload, std::optional<std::uint64_t> id);
  std::size_t queued_bytes() const { return socket_->queued_bytes(); }
  /// At once; a read that waits throws. Harmless twice.
  void close() { socket_->close(); }

  /// The next packet of this namespace, of any type; as read().
  boost::asio::awaitable<SocketPacket> read_packet();

 private:
  const std::shared_ptr<WebSocketClient> socket_;
  const std::string namespace_;
};

struct JoinAnswer {
  std::shared_ptr<NamespaceClient> client;  ///< null: refused
  boost::json::value refusal;               ///< what the server says then: {message, data?}
};

/// Joins a namespace of the server at that origin. `auth` is a JSON object for its middleware; empty: none. Throws Error{unavailable} where it cannot be reached, or does not
/// speak Socket.IO.
boost::asio::awaitable<JoinAnswer> join_namespace(std::string origin, std::string namespace_name, std::string auth = {});

}  // namespace taskrunner::net
