#pragma once

#include <taskrunner/object_id.hpp>

#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <set>
#include <string>

namespace taskrunner::fleet {

/// Lets other hosts see that this process lives: on a port of its own it tells whoever connects which session it is and
/// at which address it is met, and says goodbye when it ends in order. A process that dies breaks the connections
/// without one. One loop only; start() and stop() harmless twice.
class WatchListener : public std::enable_shared_from_this<WatchListener> {
 public:
  explicit WatchListener(boost::asio::io_context& io);

  /// Listens at any free port of that address, e.g. "10.0.0.7"; never a wildcard, which nobody can dial.
  /// Throws Error{unavailable} where it cannot.
  void start(const std::string& ip);
  /// "IP:PORT"; empty until started.
  const std::string& address() const { return address_; }
  /// Told to all that are connected, and to those that come.
  void set_session(const ObjectId& session);
  void stop();
  std::size_t watchers() const { return connections_.size(); }

 private:
  class Connection;
  void accept();

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  std::string address_;
  ObjectId session_;
  std::set<std::shared_ptr<Connection>> connections_;
};

/// "IP:PORT", IPv6 in brackets.
std::string to_text(const boost::asio::ip::tcp::endpoint& endpoint);

}  // namespace taskrunner::fleet
