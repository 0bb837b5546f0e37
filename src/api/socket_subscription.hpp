#pragma once

#include "api/subscription.hpp"
#include "net/socketio_socket.hpp"

#include <memory>
#include <string>

namespace taskrunner::api {

/// A subscription of one socket: the list in its acknowledgement, then `change` and `list`.
class SocketSubscription final : public Subscription {
 public:
  /// What is said of a list that comes instead of what a client wanted to go on with.
  enum class Start { fresh, reset };

  SocketSubscription(std::weak_ptr<net::Socket> socket, std::shared_ptr<RunnerLink> link,
                     std::shared_ptr<SubscriptionBook> book, std::string id, AccessPtr access, net::Ack ack, Start start);

 private:
  bool is_congested() const override;
  void send_first(const live::WholeList& list) override;
  void send_missed(const std::vector<live::ListChange>& steps, std::uint64_t first_seq) override;
  void send_list(const live::WholeList& list, std::uint64_t seq) override;
  void send_change(const live::ChangeBatch& changes, std::size_t index, std::uint64_t seq) override;
  void send_failure(const Error& error) override;

  const std::weak_ptr<net::Socket> socket_;
  const AccessPtr access_;
  const net::Ack ack_;
  const Start start_;
};

/// `{list: [], error}`.
std::string failed_subscription(std::string_view reason);

}  // namespace taskrunner::api
