#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "net/byte_stream.hpp"
#include "net/client_address.hpp"
#include "net/connection_limits.hpp"
#include "net/http_message.hpp"
#include "net/origin_policy.hpp"

namespace taskrunner::net {

class TlsContext;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< an IP address, v4 or v6
  std::uint16_t port = 0;             ///< 0: any free one, see local_port()
  std::size_t header_limit_bytes = 16 * 1024;
  std::size_t body_limit_bytes = 1024 * 1024;  ///< a route may set its own
  int header_timeout_ms = 10'000;              ///< from a request's first byte to its head's end
  int body_timeout_ms = 60'000;                ///< from the head's end to the body's end
  int idle_timeout_ms = 60'000;                ///< between requests, and before the first
  int write_timeout_ms = 30'000;               ///< the client takes no byte of an answer for so long: closed
  std::size_t max_connections = 20'000;        ///< in all; one more gets 503 and is closed
  std::size_t max_connections_per_address = 256;  ///< loopback and trusted proxies are exempt
  std::size_t max_connections_per_second = 20'000;  ///< that begin; a second's share may come at once
  int retry_after_s = 5;                            ///< what a 503 of these limits says
  Networks trusted_proxies = {};                    ///< whose X-Forwarded-For is believed
  bool proxies_only = false;  ///< who is neither one of these nor at loopback gets 403 and is closed
  std::shared_ptr<const TlsContext> tls = {};       ///< null: plain
  std::shared_ptr<ConnectionLimits> limits = {};    ///< shared by several servers; null: this one's own
  OriginPolicy origins;                           ///< for all routes but those that answer origins themselves
};

struct HttpRouteOptions {
  std::size_t body_limit_bytes = 0;  ///< 0: the server's
  /// The route decides on origins, CORS fields and preflights itself (Socket.IO does).
  bool own_origins = false;
  /// Called when a request's head is there, before its body is waited for. A response refuses the request and ends
  /// the connection. What is put into `held` goes when the handler was called, or the request will never be whole.
  std::function<std::optional<HttpResponse>(const HttpRequest& head, std::shared_ptr<void>& held)> on_head = {};
};

struct HttpServerStats {
  std::size_t connections = 0;  ///< now, upgraded ones too
  std::uint64_t accepted = 0;
  std::uint64_t refused_in_all = 0;      ///< by max_connections
  std::uint64_t refused_by_address = 0;  ///< by max_connections_per_address
  std::uint64_t refused_by_rate = 0;     ///< by max_connections_per_second
  std::uint64_t refused_direct = 0;      ///< by proxies_only
  std::uint64_t requests = 0;
  std::uint64_t bad_requests = 0;  ///< answered 4xx by the server itself before any handler
  std::uint64_t timed_out = 0;
};

/// The way back of one request, for who does not want a coroutine. Cheap to move, answered at most once;
/// dropped unanswered it says 500. Used on the loop only.
class HttpResponder {
 public:
  class Target;
  explicit HttpResponder(std::weak_ptr<Target> target, std::uint64_t request_number);
  HttpResponder(HttpResponder&&) noexcept = default;
  HttpResponder& operator=(HttpResponder&&) noexcept;
  ~HttpResponder();

  /// No effect if the client is gone or it was answered before.
  void respond(HttpResponse response);
  /// Called once if the client leaves before the answer. At most one.
  void on_client_gone(std::function<void()> callback);
  explicit operator bool() const { return !target_.expired(); }

 private:
  std::weak_ptr<Target> target_;
  std::uint64_t request_number_ = 0;
};

/// A connection given away after an upgrade request: nothing was answered yet, and `already_read` came
/// behind the request's head. `slot` keeps the connection counted; drop it when the connection ends.
struct UpgradedConnection {
  std::unique_ptr<ByteStream> stream;
  std::string already_read;
  std::shared_ptr<void> slot;
};

/// HTTP/1.1 (RFC 9112) on one port: keep-alive, pipelining (answers in order, one request at a time),
/// HEAD, Expect: 100-continue, chunked bodies both ways. All of it runs on the one thread of the
/// io_context given; every member is called there, or before it runs.
/// Broken requests are answered 400, 408, 413, 414, 417, 431, 501 or 505 and end their connection.
class HttpServer {
 public:
  using Handler = std::function<boost::asio::awaitable<HttpResponse>(HttpRequest)>;
  using RawHandler = std::function<void(HttpRequest, HttpResponder)>;
  using UpgradeHandler = std::function<void(HttpRequest, UpgradedConnection)>;

  HttpServer(boost::asio::io_context& io, HttpServerOptions options);
  ~HttpServer();  ///< stops

  /// `path` ending in '/' is a prefix, else exact; the longest match wins, an exact path before a prefix.
  /// The handler sees every method. If it throws, the client gets 500 and the log the text.
  /// An answer that no longer has a client is dropped; the handler itself runs to its end.
  void handle(std::string path, Handler handler, HttpRouteOptions options = {});
  void handle_raw(std::string path, RawHandler handler, HttpRouteOptions options = {});
  /// Requests that ask to upgrade to websocket below or at `path`. Without one they are
  /// ordinary requests (RFC 9110 section 7.8).
  void handle_upgrade(std::string path, UpgradeHandler handler);
  /// What no route took; without one it is a plain 404.
  void handle_rest(Handler handler);

  /// Binds and accepts. Throws Error(unavailable) naming address:port and the way out if it cannot.
  void listen();
  std::uint16_t local_port() const;  ///< after listen()
  /// A connected socket from elsewhere, treated as one that was accepted here. Takes the descriptor.
  void adopt(int descriptor);
  /// Where accepted sockets go instead of to adopt().
  void spread(std::function<void(int descriptor)> taker);
  /// Closes the listening socket; connections live on. Keep-alive connections close after their answer.
  void stop_accepting();
  /// Closes everything, upgraded connections excepted (their owner closes them). Idempotent.
  void stop();

  HttpServerStats stats() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace taskrunner::net
