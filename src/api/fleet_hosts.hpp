#pragma once

#include <taskrunner/awaitable.hpp>
#include <taskrunner/store.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::api {

/// The live hosts of a runner's fleet, as their sessions say, looked at anew each `period`. Where the store is away, what
/// it said last stands. One loop only.
class FleetHosts : public std::enable_shared_from_this<FleetHosts> {
 public:
  using ListSessions = std::function<awaitable<std::vector<SessionInfo>>()>;
  FleetHosts(boost::asio::io_context& io, ListSessions list_sessions, std::chrono::milliseconds period = std::chrono::seconds(1));

  void start();
  /// Harmless twice, and before start().
  void stop();

  /// It is the origin of a live host, or `localhost` in place of its loopback address.
  bool has_origin(std::string_view origin) const;

 private:
  void look();
  void look_later();
  static awaitable<void> read(std::shared_ptr<FleetHosts> self);

  boost::asio::io_context& io_;
  const ListSessions list_sessions_;
  const std::chrono::milliseconds period_;
  boost::asio::steady_timer timer_;
  std::vector<std::string> origins_;
  bool is_running_ = false;
};

}  // namespace taskrunner::api
