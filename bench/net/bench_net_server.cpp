// bench_net_server: what bench_net loads. Prints its port; the peer in peer/server.mjs answers the same events.
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

namespace net = taskrunner::net;

int main() {
  boost::asio::io_context io(1);
  net::HttpServer http(io, {});
  net::SocketIoServer sockets(io, {});
  const std::string small = '"' + std::string(181, 'x') + '"';  // a frame of 195 bytes
  const std::string large = '"' + std::string(9'984, 'x') + '"';
  net::NamespaceHandlers handlers;
  auto& all = sockets.of("/");
  handlers.on_connection = [&](const std::shared_ptr<net::Socket>& socket) {
    socket->on("broadcast", [&](const boost::json::array&, const net::Ack&) { all.emit("b", small); });
    socket->on("flood", [&](const boost::json::array& args, const net::Ack&) {
      for (auto left = args.at(0).to_number<int>(); left > 0; --left) all.emit("f", large);
    });
    socket->on("echo", [](const boost::json::array& args, const net::Ack& ack) { ack(boost::json::serialize(args.at(0))); });
  };
  sockets.of("/", std::move(handlers));
  sockets.attach(http);
  http.listen();
  std::cout << http.local_port() << std::endl;
  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  io.run();
}
