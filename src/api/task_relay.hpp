#pragma once

#include "api/authenticator.hpp"
#include "api/runner_link.hpp"
#include "net/namespace_client.hpp"
#include "net/socketio_namespace.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace taskrunner::api {

/// One client of this host in the namespace of a task that another host runs: what that host says goes to the client,
/// what the client asks goes there. The host is read only as fast as the client reads. Where the host is lost, the
/// client is told the task's next state and is sent away. Door's loop only.
class TaskRelay : public std::enable_shared_from_this<TaskRelay> {
 public:
  /// `task` as stored, `host` in its namespace.
  TaskRelay(std::shared_ptr<RunnerLink> link, IdentityPtr who, const TaskRecord& task,
            std::shared_ptr<net::NamespaceClient> host);
  ~TaskRelay();

  void start(const std::shared_ptr<net::Socket>& socket);
  /// The feed told of this task, or (`event` null) has lost count.
  void on_change(const FeedEvent* event);
  /// The client is sent away. Harmless twice.
  void close();

  const ObjectId& id() const { return id_; }
  const IdentityPtr& who() const { return who_; }
  const std::shared_ptr<RunnerLink>& link() const { return link_; }
  bool has_ended() const { return has_ended_; }

 private:
  static awaitable<void> pass_down(std::shared_ptr<TaskRelay> self);
  static awaitable<void> tell_next_state(std::shared_ptr<TaskRelay> self);
  static awaitable<void> pass_up_if_seen(std::shared_ptr<TaskRelay> self, net::Event event);
  awaitable<bool> may_tell(const net::SocketPacket& packet);
  void tell(const net::SocketPacket& packet);
  void hear(const net::Event& event);
  void pass_up(const net::Event& event);
  std::string refusal_of(const net::Event& event) const;
  void lose_host(std::string_view reason);
  void look_again();

  const std::shared_ptr<RunnerLink> link_;
  const IdentityPtr who_;
  const ObjectId id_;
  const ObjectId session_;  ///< of the host
  std::shared_ptr<net::NamespaceClient> host_;  ///< null once lost
  std::shared_ptr<net::Socket> socket_;
  boost::asio::steady_timer drained_;
  std::map<std::uint64_t, net::Ack> asked_;
  std::uint64_t last_ack_ = 0;
  std::int64_t rev_ = 0;  ///< of the document told last
  bool has_ended_ = false;
  bool is_looking_ = false;
  bool is_dirty_ = false;
};

/// Lets a client in where another live host of the link's fleet runs the task; the socket's `user_data` is then the
/// relay (a shared_ptr of it). `task` as stored.
awaitable<net::ConnectDecision> open_relay(std::shared_ptr<RunnerLink> link, std::shared_ptr<Authenticator> authenticator,
                                             IdentityPtr who, TaskPtr task);

/// `{state, publicUrl}`, as a refused client is told.
std::string standing_of(const TaskRecord& task, const Access& access);

}  // namespace taskrunner::api
