#pragma once

#include <any>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

namespace taskrunner::net {

class Namespace;
class Socket;
class SocketIoConnection;

// Text of arguments, everywhere below: JSON values separated by commas, without the enclosing brackets:
// "" is no argument, `{"a":1}` one, `[1,2],"x"` two. It is sent as it is: whoever makes it answers for its
// being JSON.

/// What is known of a client when it asks to join a namespace; shared by all that looks at it, and its first four
/// members by all namespaces of the connection.
struct Handshake {
  Handshake(std::shared_ptr<const HttpRequest> opened_by, std::string name, boost::json::value connect_payload)
      : headers(opened_by->headers),
        query(opened_by->query),
        remote_address(opened_by->remote_address),
        client_certificate(opened_by->client_certificate),
        namespace_name(std::move(name)),
        auth(std::move(connect_payload)),
        opened_by_(std::move(opened_by)) {}

  const HttpFields& headers;  ///< of the request that opened the connection
  const HttpQuery& query;     ///< of the same request
  const std::string& remote_address;
  const std::string& client_certificate;  ///< as in HttpRequest
  const std::string namespace_name;       ///< "/" or "/name", as the client wrote it
  const boost::json::value auth;          ///< the CONNECT payload, an object; `{}` if the client sent none

 private:
  std::shared_ptr<const HttpRequest> opened_by_;
};

/// Answers one event of a client. Empty if the client asked for no acknowledgement. May be called later,
/// from the loop, at most once (later calls do nothing); without effect once the socket is gone.
class Ack {
 public:
  Ack() = default;
  Ack(std::weak_ptr<Socket> socket, std::uint64_t id);
  explicit operator bool() const { return state_ != nullptr; }
  /// `args` is text of arguments.
  void operator()(std::string_view args) const;
  /// `args` holds `{"_placeholder":true,"num":N}` where attachment N belongs.
  void send_binary(std::string_view args, std::vector<std::string> attachments) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// One event of a client as it came. Where an attachment belongs, `args` holds its placeholder.
struct Event {
  std::string name;
  boost::json::array args;
  std::vector<std::string> attachments;
  Ack ack;
};

/// An event made once for all its receivers in one namespace; copying shares it.
class PreparedEvent {
 public:
  PreparedEvent() = default;
  PreparedEvent(std::string_view namespace_name, std::string_view event, std::string_view args);

 private:
  friend class Socket;
  friend class Namespace;
  std::shared_ptr<const std::string> payload_;  ///< an Engine.IO message packet
};

/// The end of an event that many sockets share, behind a head of each one's own.
class SharedTail {
 public:
  SharedTail() = default;
  /// `args` is the rest of the text of arguments; may start inside a value, e.g. `"x":1}`.
  explicit SharedTail(std::string_view args);

 private:
  friend class Socket;
  std::shared_ptr<const std::string> text_;
};

/// One client in one namespace. Loop thread only. Kept alive by its connection, and by whoever holds it:
/// once gone, emitting does nothing and connected() is false.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  using EventHandler = std::function<void(boost::json::array args, Ack ack)>;
  using RawEventHandler = std::function<void(Event event)>;
  using AnswerHandler = std::function<void(std::optional<boost::json::array> args)>;

  /// Made by its connection only.
  Socket(std::weak_ptr<SocketIoConnection> connection, Namespace& where, std::string id,
         std::shared_ptr<const Handshake> handshake);
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  const std::string& id() const { return id_; }
  const std::string& namespace_name() const { return handshake_->namespace_name; }
  const Handshake& handshake() const { return *handshake_; }
  bool connected() const { return connected_; }

  /// Attachments of a binary event arrive as base64 text in `args`. One handler an event: the last wins.
  /// What a handler throws goes to the log; the socket lives.
  void on(std::string event, EventHandler handler);
  /// The same with raw attachments.
  void on_raw(std::string event, RawEventHandler handler);
  /// Events that no handler has.
  void on_any(RawEventHandler handler);
  /// Once, with the reason: "client namespace disconnect", "server namespace disconnect",
  /// "transport close", "transport error", "ping timeout", "send buffer full", "client reads nothing",
  /// "parse error", "server shutting down"; a client that closes a websocket is a "transport close".
  void on_disconnect(std::function<void(std::string_view reason)> handler);
  /// The queue was above the soft limit and has drained below half of it.
  void on_drain(std::function<void()> handler);

  void emit(std::string_view event, std::string_view args);
  void emit(const PreparedEvent& event);
  /// The event's arguments are `head` (this receiver's own) followed by the shared tail.
  void emit(std::string_view event, std::string_view head, const SharedTail& tail);
  /// Newest only: while the last one of the same key still waits in this connection's queue, this one takes
  /// its place (a polling client, or one that reads slowly, then gets the newest alone).
  void emit_latest(std::string_view key, std::string_view event, std::string_view args);
  void emit_latest(std::string_view key, const PreparedEvent& event);
  /// With attachments; `args` holds their placeholders.
  void emit_binary(std::string_view event, std::string_view args, std::vector<std::string> attachments);
  /// Asks for an acknowledgement; the handler gets nothing if none came in time or the socket went away.
  void emit_with_ack(std::string_view event, std::string_view args, int timeout_ms, AnswerHandler handler);

  void join(const std::string& room);
  void leave(const std::string& room);
  const std::vector<std::string>& rooms() const { return rooms_; }

  /// Leaves the namespace (DISCONNECT); with `close_connection` ends the whole connection.
  void disconnect(bool close_connection = false);

  bool congested() const;
  std::size_t queued_bytes() const;  ///< of the whole connection

  /// The program's own: what this socket stands for.
  std::any user_data;

 private:
  friend class SocketIoConnection;
  friend class Namespace;
  friend class Ack;
  struct Handlers;

  void receive(Event event);
  void receive_answer(std::uint64_t id, boost::json::array args);
  void lose(std::string_view reason);
  void send(std::string head, std::shared_ptr<const std::string> tail, std::string key);

  std::weak_ptr<SocketIoConnection> connection_;
  Namespace* namespace_;   ///< valid while connected
  std::size_t place_ = 0;  ///< the namespace's, among its sockets
  std::string id_;
  std::shared_ptr<const Handshake> handshake_;
  bool connected_ = false;
  std::vector<std::string> rooms_;
  std::shared_ptr<Handlers> handlers_;
};

}  // namespace taskrunner::net
