#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/connection_limits.hpp"
#include "net/http_server.hpp"
#include "net/loop_buffers.hpp"

namespace taskrunner::net {

class HttpConnection;

/// The listening half of HttpServer, and what its connections share.
class HttpServer::Impl : public std::enable_shared_from_this<HttpServer::Impl> {
 public:
  struct Route {
    std::string path;
    RawHandler handler;
    HttpRouteOptions options;
  };

  /// Counts it, and makes the answer.
  HttpResponse too_many(ConnectionLimits::Refusal reason);

  Impl(boost::asio::io_context& io_context, HttpServerOptions server_options);

  void listen();
  void adopt(int descriptor);
  void stop_accepting();
  void stop();

  /// Null: nobody's.
  const Route* find_route(std::string_view path) const;
  const UpgradeHandler* find_upgrade(std::string_view path) const;
  RawHandler as_raw(Handler handler);

  boost::asio::io_context& io;
  HttpServerOptions options;
  std::vector<Route> routes;
  std::vector<std::pair<std::string, UpgradeHandler>> upgrades;
  Route rest;
  HttpServerStats stats;
  LoopBuffers buffers;
  std::shared_ptr<ConnectionLimits> limits;
  boost::asio::ip::tcp::acceptor acceptor;
  std::unordered_map<HttpConnection*, std::weak_ptr<HttpConnection>> connections;
  std::function<void(int)> taker;
  bool draining = false;
  bool stopped = false;

 private:
  void accept();
  /// False: none is there, or no descriptor for it.
  bool accept_one();
  void wait_retry(int error);
  void refuse(std::unique_ptr<ByteStream> stream, ConnectionLimits::Refusal reason);
  void turn_away(std::unique_ptr<ByteStream> stream, std::string_view head, std::string_view text);
  void count(ConnectionLimits::Refusal reason);

  boost::asio::steady_timer retry_;
  std::size_t lingering_ = 0;
  bool out_of_descriptors_ = false;
};

}  // namespace taskrunner::net
