#pragma once

#include "live/live_query.hpp"
#include "net/socketio_socket.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace taskrunner::api {

/// One subscription of one socket: says the live query's list in its acknowledgement, then each step.
/// A client that reads too slowly is told no steps: it gets the whole list when it has caught up.
class SocketSubscription final : public live::LiveSubscriber {
 public:
  SocketSubscription(std::weak_ptr<net::Socket> socket, std::string id, net::Ack ack);

  const std::string& id() const { return id_; }
  bool has_failed() const { return has_failed_; }
  /// The socket has caught up.
  void on_drain();

  void on_list(const live::TaskList& list, bool is_reset) override;
  void on_changes(const std::vector<live::ListChange>& changes) override;
  void on_failed(const Error& error) override;

  std::shared_ptr<live::LiveQuery> query;  ///< set by who subscribed

 private:
  void emit_list(net::Socket& socket, const live::TaskList& list, bool is_reset);

  const std::weak_ptr<net::Socket> socket_;
  const std::string id_;
  net::Ack ack_;
  std::uint64_t seq_ = 0;
  bool is_answered_ = false;
  bool is_behind_ = false;
  bool has_failed_ = false;
};

/// `{list: [], error}`.
std::string failed_subscription(std::string_view reason);

}  // namespace taskrunner::api
