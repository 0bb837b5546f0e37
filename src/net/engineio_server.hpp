#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "net/http_server.hpp"
#include "net/loop_buffers.hpp"
#include "net/origin_policy.hpp"
#include "net/out_queue.hpp"

namespace taskrunner::net {

class EngineGroup;
class EngineSession;

struct EngineOptions {
  std::string path = "/engine.io/";
  int ping_interval_ms = 25'000;
  int ping_timeout_ms = 20'000;
  std::size_t max_payload_bytes = 1'000'000;
  int upgrade_timeout_ms = 10'000;
  int retry_after_s = 5;                    ///< what a 503 while shutting down says
  std::size_t compress_above_bytes = 1024;  ///< a polling answer is packed as its client accepts
  OriginPolicy origins;
  std::size_t soft_buffer_bytes = 1024 * 1024;
  std::size_t hard_buffer_bytes = 8 * 1024 * 1024;
  int stalled_timeout_ms = 30'000;
};

struct EngineStats {
  std::size_t sessions = 0;
  std::size_t queued_bytes = 0;
  std::uint64_t opened = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_replaced = 0;
  std::uint64_t closed_full = 0;     ///< at the hard limit of their queue
  std::uint64_t closed_stalled = 0;  ///< took nothing for too long
  std::uint64_t closed_silent = 0;   ///< answered no ping
  std::array<std::uint64_t, 7> refused{};  ///< by error code; the last: shutting down
};

/// Who speaks through a session. Held by it until on_close; may send and close inside any call.
class EngineUser {
 public:
  virtual ~EngineUser() = default;
  virtual void on_text(std::string_view text) = 0;  ///< a message, without its type
  virtual void on_binary(std::string_view bytes) = 0;
  virtual void on_drain() = 0;                        ///< below half the soft limit, after having been above it
  virtual void on_close(std::string_view reason) = 0;  ///< once; nothing comes after it
};

/// Engine.IO v4 (github.com/socketio/engine.io-protocol) on an HttpServer. Loop thread only.
class EngineServer {
 public:
  /// Makes the user of a new session; the open packet is queued already, the request is the first one.
  using OnSession = std::function<std::shared_ptr<EngineUser>(EngineSession&, const HttpRequest&)>;

  EngineServer(boost::asio::io_context& io, EngineOptions options, OnSession on_session);
  ~EngineServer();  ///< stops

  void attach(HttpServer& server);
  /// Shares its sessions' ids with servers on other loops. Before any of the loops runs.
  void join(std::shared_ptr<EngineGroup> group);
  /// Refuses new sessions and closes those that are there evenly over that time, so that their clients do not all
  /// come to another server at once. stop() cuts it short.
  void drain(std::string_view reason, int over_ms);
  /// Takes new sessions again: the end of a drain. Nothing where there was none.
  void reopen();
  /// Closes every session and refuses new ones. Idempotent.
  void stop(std::string_view reason);
  EngineStats stats() const;

  class Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

/// A credential-like random id: 20 characters of the URL-safe base64 alphabet.
std::string random_session_id();

}  // namespace taskrunner::net
