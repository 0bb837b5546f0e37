#pragma once

#include "api/authenticator.hpp"
#include "api/runner_link.hpp"
#include "api/subscription_book.hpp"
#include "net/socketio_socket.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace taskrunner::api {

class SocketSubscription;

/// One client in a runner's namespace: its requests and its subscriptions. Lives as long as its socket
/// (`user_data`). Door's loop only.
class SocketSession : public std::enable_shared_from_this<SocketSession> {
 public:
  static constexpr std::size_t most_subscriptions = 100;

  SocketSession(const std::shared_ptr<net::Socket>& socket, std::shared_ptr<RunnerLink> link,
                std::shared_ptr<SubscriptionBook> book, std::shared_ptr<Authenticator> authenticator, IdentityPtr who);
  ~SocketSession();

  /// Takes the socket's events and says who is here.
  void start();

  /// Of a running task that these queries show: it has one of them; or no list at all, and may see the task.
  bool wants_progress(const TaskPtr& task, const std::vector<live::QueryNumber>& showing) const;
  const std::shared_ptr<RunnerLink>& link() const { return link_; }

 private:
  void on_event(net::Event event);
  void on_request(std::string event, Json payload, net::Ack ack);
  /// Nothing where the event asks for no change.
  std::optional<awaitable<std::string>> change_of(const std::string& event, Json payload, const std::string& by);
  void subscribe(const Json& payload, const net::Ack& ack);
  void open_subscription(const Json& payload, const net::Ack& ack);
  void drop_ended();
  std::string unsubscribe(const Json& payload);
  void leave_all();

  const std::weak_ptr<net::Socket> socket_;
  const std::shared_ptr<RunnerLink> link_;
  const std::shared_ptr<SubscriptionBook> book_;
  const std::shared_ptr<Authenticator> authenticator_;
  const IdentityPtr who_;
  std::map<std::string, std::shared_ptr<SocketSubscription>> subscriptions_;
};

}  // namespace taskrunner::api
