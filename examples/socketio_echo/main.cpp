// A server that the public protocol test suites of Engine.IO and Socket.IO can be pointed at.
//   socketio_echo --port N
// /engine.io/ echoes every message; /socket.io/ answers on "/" and "/custom" as main() shows.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "net/engineio_server.hpp"
#include "net/engineio_session.hpp"
#include "net/http_server.hpp"
#include "net/socketio_server.hpp"

namespace {

namespace net = taskrunner::net;

class Echo final : public net::EngineUser {
 public:
  explicit Echo(net::EngineSession& session) : session_(session) {}
  void on_text(std::string_view text) override { session_.send_text("4" + std::string(text)); }
  void on_binary(std::string_view bytes) override {
    session_.send({net::WebSocketOpcode::binary, std::string(bytes), nullptr, {}});
  }
  void on_drain() override {}
  void on_close(std::string_view) override {}

 private:
  net::EngineSession& session_;  // owns this
};

std::string arguments(const boost::json::array& args) {
  const auto text = boost::json::serialize(args);
  return text.substr(1, text.size() - 2);
}

/// The suites await message by message and would miss one that shares a segment with the CONNECT answer, which
/// the server sends in one write a loop turn; so `auth` leaves a moment later.
void emit_auth(boost::asio::io_context& io, const std::shared_ptr<net::Socket>& socket) {
  auto timer = std::make_shared<boost::asio::steady_timer>(io, std::chrono::milliseconds(5));
  timer->async_wait([timer, socket](const boost::system::error_code&) {
    socket->emit("auth", boost::json::serialize(socket->handshake().auth));
  });
}

void serve(const std::shared_ptr<net::Socket>& socket) {
  net::Socket& self = *socket;  // handlers live no longer than their socket
  socket->on_raw("message", [&self](net::Event event) {
    if (event.attachments.empty())
      self.emit("message-back", arguments(event.args));
    else
      self.emit_binary("message-back", arguments(event.args), std::move(event.attachments));
  });
  socket->on_raw("message-with-ack", [](net::Event event) {
    if (event.attachments.empty())
      event.ack(arguments(event.args));
    else
      event.ack.send_binary(arguments(event.args), std::move(event.attachments));
  });
}

int port_from(int argc, char** argv) {
  if (argc == 1) return 3000;
  const int port = argc == 3 && std::string_view(argv[1]) == "--port" ? std::atoi(argv[2]) : -1;
  return port >= 0 && port <= 65535 ? port : -1;
}

}  // namespace

int main(int argc, char** argv) try {
  const int port = port_from(argc, argv);
  if (port < 0) {
    std::cerr << "usage: socketio_echo [--port N]\n";
    return 2;
  }
  boost::asio::io_context io(1);
  net::HttpServerOptions http_options;
  http_options.port = static_cast<std::uint16_t>(port);
  net::HttpServer http(io, http_options);

  net::EngineOptions engine_options;
  engine_options.ping_interval_ms = 300;
  engine_options.ping_timeout_ms = 200;
  engine_options.origins.any = true;
  net::EngineServer engine(io, engine_options, [](net::EngineSession& session, const net::HttpRequest&) {
    return std::make_shared<Echo>(session);
  });
  engine.attach(http);

  net::SocketIoOptions socket_options;
  socket_options.ping_interval_ms = 300;
  socket_options.ping_timeout_ms = 200;
  socket_options.connect_timeout_ms = 1000;
  socket_options.origins.any = true;
  net::SocketIoServer sockets(io, socket_options);
  for (const char* name : {"/", "/custom"}) {
    net::NamespaceHandlers handlers;
    handlers.on_connection = [&io](std::shared_ptr<net::Socket> socket) {
      serve(socket);
      emit_auth(io, socket);
    };
    sockets.of(name, std::move(handlers));
  }
  sockets.attach(http);

  http.listen();
  std::cout << "listening on http://127.0.0.1:" << http.local_port() << std::endl;

  boost::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code&, int) {
    http.stop_accepting();
    sockets.stop();
    engine.stop("server shutting down");
    http.stop();
    io.stop();
  });
  io.run();
  return 0;
} catch (const std::exception& error) {
  std::cerr << "socketio_echo: " << error.what() << "\n";
  return 1;
}
