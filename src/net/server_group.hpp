#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

namespace taskrunner::net {

/// One port served by several loops, each a thread with a whole server of its own. A connection lives on one of them:
/// its events come in order and need no lock; what two connections share does. Polling requests find their session on
/// whatever loop they arrive.
class ServerGroup {
 public:
  struct Member {
    boost::asio::io_context& io;
    HttpServer& http;
    SocketIoServer& sockets;
  };
  /// Registers handlers on one member; called for each before any loop runs. They are called on that member's loop.
  using SetUp = std::function<void(Member&)>;

  /// 1 to 64 loops. Limits of connections count for all of them together.
  ServerGroup(std::size_t loops, HttpServerOptions http, SocketIoOptions sockets, const SetUp& set_up);
  ~ServerGroup();  ///< stops

  /// Listens and runs. Throws Error(unavailable) as HttpServer::listen.
  void start();
  std::uint16_t local_port() const;

  /// To the sockets of a namespace and room ("" for all) on every loop, one frame shared by all of them. From any
  /// thread; two events of one thread arrive in order.
  void emit(std::string_view namespace_name, const std::string& room, std::string_view event, std::string_view args);
  /// Sums. Not from a loop of the group.
  HttpServerStats http_stats();
  SocketIoStats socket_stats();

  /// As SocketIoServer::drain, and no new connections.
  void drain(int over_ms);
  /// Harmless twice or unstarted; not from a loop of the group.
  void stop();

 private:
  struct Shard;
  void on_each(const std::function<void(Shard&)>& work);

  std::vector<std::unique_ptr<Shard>> shards_;
  std::size_t next_ = 0;
  bool started_ = false;
};

}  // namespace taskrunner::net
