#pragma once

#include <array>
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

class EngineGroup;
class HttpServer;

struct SocketIoOptions {
  std::string path = "/socket.io/";
  int ping_interval_ms = 25'000;
  int ping_timeout_ms = 20'000;
  std::size_t max_payload_bytes = 1'000'000;  ///< a polling body or a websocket message from a client
  int connect_timeout_ms = 45'000;            ///< a client that joins no namespace for so long is closed
  int upgrade_timeout_ms = 10'000;            ///< from a probe to its upgrade packet
  std::size_t max_attachments = 10;           ///< of one binary event; more closes the connection
  std::size_t max_attachment_bytes = 4'000'000;  ///< of one binary event together; more closes the connection
  std::size_t max_namespaces = 32;            ///< of one connection; more are refused by CONNECT_ERROR
  std::size_t compress_above_bytes = 1024;    ///< a polling answer is packed as its client accepts
  int retry_after_s = 5;                      ///< what a 503 while shutting down says
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
  std::uint64_t closed_full = 0;      ///< at the hard limit of their queue
  std::uint64_t closed_stalled = 0;   ///< took nothing for stalled_timeout_ms
  std::uint64_t closed_silent = 0;    ///< answered no ping
  std::array<std::uint64_t, 7> refused{};  ///< requests, by Engine.IO error code; the last: shutting down
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
  /// As EngineServer::join.
  void join(std::shared_ptr<EngineGroup> group);

  /// The namespace of that name ("/" or "/name"), made if it is new. The reference stays good.
  Namespace& of(std::string_view name);
  Namespace& of(std::string_view name, NamespaceHandlers handlers);
  /// Names that no `of` has and that `matches` says yes to; the first rule that matches wins.
  void of_matching(std::function<bool(std::string_view name)> matches, NamespaceHandlers handlers);
  /// The namespace of that name if it is there now (a dynamic one only while it has sockets).
  Namespace* find(std::string_view name);

  /// Refuses new connections (503, Retry-After) and closes those that are there evenly over that time, with the
  /// same reason as stop(), which cuts it short.
  void drain(int over_ms);
  /// Takes new connections again: the end of a drain.
  void reopen();
  /// Closes every connection ("server shutting down") and refuses new ones. Idempotent.
  void stop();

  SocketIoStats stats() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace taskrunner::net
