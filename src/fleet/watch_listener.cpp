#include "fleet/watch_listener.hpp"

#include <taskrunner/error.hpp>

#include "fleet/watch_line.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace taskrunner::fleet {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Three watchers are meant; the rest is room for lists that do not agree yet. Others are turned away.
constexpr std::size_t connections_max = 64;

}  // namespace

/// One watcher's connection. Lines are short and rare: they go into the socket's own buffer or not at all, so that a
/// watcher that never reads costs nothing and delays nobody.
class WatchListener::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(tcp::socket socket, std::weak_ptr<WatchListener> owner) : socket_(std::move(socket)), owner_(owner) {
    error_code ignored;
    address_ = to_text(socket_.local_endpoint(ignored));
    socket_.non_blocking(true, ignored);
  }

  void say_hello(const ObjectId& session) { say(Hello{session, address_}); }
  void say_goodbye() {
    say(Goodbye{});
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
    socket_.close(ignored);
  }

  /// Nothing is meant to come: anything that does, the end too, ends it.
  void read() {
    socket_.async_read_some(boost::asio::buffer(byte_), [self = shared_from_this()](error_code, std::size_t) {
      if (const auto owner = self->owner_.lock()) owner->connections_.erase(self);
    });
  }

 private:
  void say(const WatchLine& line) {
    const std::string text = to_text(line);
    error_code error;
    const std::size_t sent = socket_.write_some(boost::asio::buffer(text), error);
    if (error || sent < text.size()) socket_.close(error);
  }

  tcp::socket socket_;
  std::weak_ptr<WatchListener> owner_;
  std::string address_;
  std::array<char, 1> byte_{};
};

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string ip = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port());
}

WatchListener::WatchListener(boost::asio::io_context& io) : io_(io), acceptor_(io) {}

void WatchListener::start(const std::string& ip) {
  if (acceptor_.is_open()) return;
  try {
    const tcp::endpoint any_port(boost::asio::ip::make_address(ip), 0);
    acceptor_.open(any_port.protocol());
    acceptor_.bind(any_port);
    acceptor_.listen();
    address_ = to_text(acceptor_.local_endpoint());
  } catch (const boost::system::system_error& error) {
    error_code ignored;
    acceptor_.close(ignored);
    throw Error(ErrorCode::unavailable, "no port to be watched at could be opened at " + ip + ": " + error.code().message());
  }
  accept();
}

void WatchListener::set_session(const ObjectId& session) {
  if (session == session_) return;
  session_ = session;
  for (const auto& connection : connections_) connection->say_hello(session_);
}

void WatchListener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  for (const auto& connection : connections_) connection->say_goodbye();
  connections_.clear();
}

void WatchListener::accept() {
  acceptor_.async_accept([weak = weak_from_this()](error_code error, tcp::socket socket) {
    const auto self = weak.lock();
    if (!self || !self->acceptor_.is_open()) return;
    if (!error && self->connections_.size() < connections_max) {
      const auto connection = std::make_shared<Connection>(std::move(socket), self);
      self->connections_.insert(connection);
      if (!self->session_.is_zero()) connection->say_hello(self->session_);
      connection->read();
    }
    self->accept();
  });
}

}  // namespace taskrunner::fleet
