#pragma once

#include "app/curl_handle.hpp"
#include "app/host_address.hpp"

#include <taskrunner/json.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::app {

struct SocketEvent {
  std::string name;
  JsonArray arguments;
};

class SocketIoClient;

/// Carries the polls of all clients made with it. For one thread, like the clients.
class SocketPolls {
 public:
  SocketPolls();
  ~SocketPolls();
  SocketPolls(const SocketPolls&) = delete;
  SocketPolls& operator=(const SocketPolls&) = delete;

  /// Returns when a poll has been answered (its client has the events then), or the time is over.
  void wait(std::int64_t timeout_ms);

 private:
  friend class SocketIoClient;
  CURLM* const multi_;
  std::map<CURL*, SocketIoClient*> clients_;
};

/// A client of one Socket.IO namespace (protocol v5 over Engine.IO v4 by long polling), for the program's live
/// verbs. Used on one thread; things arrive only while SocketPolls::wait() or call() runs.
/// Source: github.com/socketio/socket.io-protocol, github.com/socketio/engine.io-protocol.
class SocketIoClient {
 public:
  /// Connects to that host (its URL an origin) and that namespace; `auth` is a JSON object that says who is there
  /// (null: the host's token does). Throws Error{unavailable} where nobody answers, and
  /// Error{not_found} with the server's reason where it refuses the namespace.
  SocketIoClient(SocketPolls& polls, const HostAddress& host, std::string namespace_name, const Json& auth = {});
  /// Leaves without a word: the server sees that nobody polls.
  ~SocketIoClient();
  SocketIoClient(const SocketIoClient&) = delete;
  SocketIoClient& operator=(const SocketIoClient&) = delete;

  /// Sends an event and waits for its acknowledgement's first argument. Events that come meanwhile are kept.
  /// Throws Error{unavailable} where the connection breaks or the answer takes longer than 30 s.
  Json call(std::string_view event, const Json& payload);

  /// The next event that came, if any.
  std::optional<SocketEvent> take();
  /// False once the server ended the namespace or the connection broke; what came before can still be taken.
  bool is_open() const { return closed_.empty(); }
  /// Why it is no longer open.
  const std::string& close_reason() const { return closed_; }

 private:
  friend class SocketPolls;
  void open_session();
  void connect_namespace(const std::string& auth);
  void start_poll();
  void poll_answered(CURLcode result);
  void take_packets(std::string_view body);
  void take_message(std::string_view text);
  void take_event(std::string_view text);
  void take_ack(std::uint64_t id, std::string_view text);
  void post(std::string_view packet);
  void close(std::string reason);
  void wait_until_connected_or(const std::optional<std::uint64_t>& ack);

  SocketPolls& polls_;
  const std::string base_url_;
  const std::string namespace_;
  std::string session_url_;
  std::string poll_body_;
  std::string post_body_;
  CurlEasy poll_;
  CurlEasy post_;
  bool connected_ = false;
  std::string refused_;
  std::string closed_;
  std::uint64_t last_ack_ = 0;
  std::map<std::uint64_t, Json> acks_;
  std::deque<SocketEvent> events_;
};

}  // namespace taskrunner::app
