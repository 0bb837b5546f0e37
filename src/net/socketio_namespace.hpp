#pragma once

#include <any>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "net/socketio_socket.hpp"

namespace taskrunner::net {

/// A middleware's answer. Default: accept.
struct ConnectDecision {
  bool accepted = true;
  std::string message;    ///< of CONNECT_ERROR
  std::string data_json;  ///< its `data`, JSON text; empty: none
  std::any user_data = {};     ///< handed to the socket of who is let in

  static ConnectDecision accept() { return {}; }
  static ConnectDecision refuse(std::string message, std::string data_json = {}) {
    return {false, std::move(message), std::move(data_json), {}};
  }
};

/// What is done with clients of a namespace. A handler may be absent: then everyone is let in, nothing is done.
struct NamespaceHandlers {
  /// Asked before a client is let in; may await (a database). If it throws, the client is refused with
  /// "Internal error" and the log has the text.
  std::function<boost::asio::awaitable<ConnectDecision>(std::shared_ptr<const Handshake>)> on_connect_request;
  /// Right after the CONNECT answer is queued and before any event of the client is looked at.
  std::function<void(std::shared_ptr<Socket>)> on_connection;
};

/// A set of sockets to emit to; made and used in one expression.
class Broadcast {
 public:
  Broadcast(Namespace& where, std::string room) : namespace_(where), room_(std::move(room)) {}
  void emit(std::string_view event, std::string_view args) const;
  void emit(const PreparedEvent& event) const;
  void emit_latest(std::string_view key, std::string_view event, std::string_view args) const;

 private:
  Namespace& namespace_;
  std::string room_;
};

/// Sockets of one name. Owned by the SocketIoServer; loop thread only.
/// A namespace of a dynamic rule comes with its first socket and goes after its last.
class Namespace {
 public:
  Namespace(std::string name, std::shared_ptr<const NamespaceHandlers> handlers);

  const std::string& name() const { return name_; }

  /// To every socket here; the frame is built once and shared.
  void emit(std::string_view event, std::string_view args);
  void emit(const PreparedEvent& event);
  void emit_latest(std::string_view key, std::string_view event, std::string_view args);
  Broadcast to(std::string room) { return {*this, std::move(room)}; }

  /// Calls `visit` for each socket (of the room, or of all if it is empty); sockets may go while it runs.
  void for_each(const std::function<void(Socket&)>& visit, const std::string& room = {});
  std::size_t size() const { return sockets_.size(); }
  std::size_t size(const std::string& room) const;

  /// Every socket leaves (DISCONNECT).
  void disconnect_all();

 private:
  friend class Socket;
  friend class SocketIoConnection;
  friend class SocketIoServer;
  using Members = std::unordered_map<Socket*, std::weak_ptr<Socket>>;

  std::vector<std::shared_ptr<Socket>> members(const std::string& room) const;
  void add(const std::shared_ptr<Socket>& socket);
  void remove(Socket& socket);
  void join(Socket& socket, const std::string& room);
  void leave(Socket& socket, const std::string& room);

  std::string name_;
  std::shared_ptr<const NamespaceHandlers> handlers_;
  std::vector<std::shared_ptr<Socket>> sockets_;  ///< each knows its place
  std::unordered_map<std::string, Members> rooms_;
};

}  // namespace taskrunner::net
