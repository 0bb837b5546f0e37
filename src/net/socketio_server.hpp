#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "net/origin_policy.hpp"
#include "net/socketio_namespace.hpp"
#include "net/socketio_socket.hpp"

namespace taskrunner::net {

class HttpServer;

struct SocketIoOptions {
  std::string path = "/socket.io/";
  int ping_interval_ms = 25'000;
  int ping_timeout_ms = 20'000;
  std::size_t max_payload_bytes = 1'000'000;  ///< a polling body or a websocket message from a client
  int connect_timeout_ms = 45'000;            ///< a client that joins no namespace for so long is closed
  int upgrade_timeout_ms = 10'000;            ///< from a probe to its upgrade packet
  std::size_t max_attachments = 10;           ///< of one binary event; more closes the connection
  std::size_t max_namespaces = 32;            ///< of one connection; more are refused by CONNECT_ERROR
  OriginPolicy origins;
  /// Queued bytes of one connection above which `Socket::congested()` is true and `on_drain` will come.
  std::size_t soft_buffer_bytes = 1024 * 1024;
  /// One more message while so many wait already closes the connection, reason "send buffer full".
  std::size_t hard_buffer_bytes = 8 * 1024 * 1024;
  int stalled_timeout_ms = 30'000;  ///< a client that reads nothing of what is queued for so long is closed
};

struct SocketIoStats {
  std::size_t connections = 0;  ///< Engine.IO sessions now
  std::size_t sockets = 0;      ///< namespaces joined now
  std::size_t queued_bytes = 0;
  std::uint64_t opened = 0;
  std::uint64_t frames_sent = 0;      ///< events and acknowledgements queued to a connection
  std::uint64_t frames_replaced = 0;  ///< by emit_latest
  std::uint64_t closed_slow = 0;      ///< hard limit or stalled
  std::uint64_t refused = 0;          ///< handshakes refused with an Engine.IO error code
};

/// Socket.IO v5 over Engine.IO v4, polling and websocket with upgrade, on an HttpServer's port.
/// All of it runs on the loop's one thread. Sources: github.com/socketio/engine.io-protocol and
/// github.com/socketio/socket.io-protocol; error codes and statuses as the reference server has them.
class SocketIoServer {
 public:
  SocketIoServer(boost::asio::io_context& io, SocketIoOptions options);
  ~SocketIoServer();  ///< stops

  /// Takes `options.path` of that server, requests and upgrades. Call once, before listen().
  void attach(HttpServer& server);

  /// The namespace of that name ("/" or "/name"), made if it is new. The reference stays good.
  Namespace& of(std::string_view name);
  Namespace& of(std::string_view name, NamespaceHandlers handlers);
  /// Names that no `of` has and that `matches` says yes to; the first rule that matches wins.
  void of_matching(std::function<bool(std::string_view name)> matches, NamespaceHandlers handlers);
  /// The namespace of that name if it is there now (a dynamic one only while it has sockets).
  Namespace* find(std::string_view name);

  /// Closes every connection ("server shutting down") and refuses new ones. Idempotent.
  void stop();

  SocketIoStats stats() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace taskrunner::net
