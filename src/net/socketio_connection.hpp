#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/engineio_session.hpp"
#include "net/socketio_packet.hpp"
#include "net/socketio_server.hpp"

namespace taskrunner::net {

/// The table of namespaces, and what connections share.
class SocketIoServer::Impl : public std::enable_shared_from_this<SocketIoServer::Impl> {
 public:
  struct Rule {
    std::function<bool(std::string_view)> matches;
    std::shared_ptr<const NamespaceHandlers> handlers;
  };

  Impl(boost::asio::io_context& io_context, SocketIoOptions socket_options)
      : io(io_context), options(std::move(socket_options)) {}

  /// The namespace that a client may join, made where a rule says so; or null.
  Namespace* find_or_make(const std::string& name);
  /// A dynamic namespace without sockets goes.
  void sweep(const std::string& name);

  boost::asio::io_context& io;
  SocketIoOptions options;
  std::unique_ptr<EngineServer> engine;
  std::map<std::string, std::unique_ptr<Namespace>, std::less<>> fixed;
  std::map<std::string, std::unique_ptr<Namespace>, std::less<>> dynamic;
  std::vector<Rule> rules;
  std::size_t sockets = 0;
};

/// One client's connection: takes its packets apart and carries its sockets. Loop thread only.
class SocketIoConnection final : public EngineUser, public std::enable_shared_from_this<SocketIoConnection> {
 public:
  SocketIoConnection(std::shared_ptr<SocketIoServer::Impl> server, std::shared_ptr<EngineSession> session,
                     const HttpRequest& request);

  void start();
  void send(std::string head, std::shared_ptr<const std::string> tail = {}, std::string key = {});
  void send_binary(std::string bytes);
  EngineSession& session() { return *session_; }
  std::unique_ptr<boost::asio::steady_timer> make_timer(int after_ms) {
    return std::make_unique<boost::asio::steady_timer>(server_->io, std::chrono::milliseconds(after_ms));
  }
  /// The client is told nothing more of it; its namespace forgets it.
  void drop(Socket& socket, std::string_view reason);
  void close(std::string_view reason);

  void on_text(std::string_view text) override;
  void on_binary(std::string_view bytes) override;
  void on_drain() override;
  void on_close(std::string_view reason) override;

 private:
  void on_packet(SocketPacket packet);
  void on_connect(SocketPacket packet);
  void ask(std::shared_ptr<const Handshake> handshake, Namespace& where);
  void admit(std::shared_ptr<const Handshake> handshake, const ConnectDecision& decision);
  void refuse(const std::string& name, std::string_view message, std::string_view data_json = {});
  void wait_connect();

  std::shared_ptr<SocketIoServer::Impl> server_;
  std::shared_ptr<EngineSession> session_;
  std::shared_ptr<const HttpRequest> opened_by_;
  std::map<std::string, std::shared_ptr<Socket>, std::less<>> sockets_;  ///< null: its middleware is being asked
  std::optional<SocketPacket> partial_;     ///< a binary packet whose attachments are not all there
  std::vector<std::string> attachments_;
  std::size_t attachment_bytes_ = 0;
  std::unique_ptr<boost::asio::steady_timer> connect_timer_;
  bool closed_ = false;
};

struct Socket::Handlers {
  using Shared = std::shared_ptr<const RawEventHandler>;  ///< may be replaced while it runs
  std::map<std::string, Shared, std::less<>> events;
  Shared any;
  std::function<void(std::string_view)> disconnect;
  std::function<void()> drain;
  struct Waiting {
    AnswerHandler handler;
    std::unique_ptr<boost::asio::steady_timer> timer;
  };
  std::map<std::uint64_t, Waiting> answers;
  std::uint64_t next_answer = 0;
};

}  // namespace taskrunner::net
