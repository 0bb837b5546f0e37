#include "api/fleet_hosts.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"
#include "net/http_message.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace taskrunner::api {
namespace {

/// A host at `http://127.0.0.1:80` or `http://[::1]:80` is `http://localhost:80` for a browser beside it.
std::string by_local_name(const std::string& origin) {
  for (const std::string scheme : {"http://", "https://"})
    for (const std::string address : {"127.0.0.1", "[::1]"})
      if (origin.starts_with(scheme + address)) return scheme + "localhost" + origin.substr(scheme.size() + address.size());
  return origin;
}

}  // namespace

FleetHosts::FleetHosts(boost::asio::io_context& io, ListSessions list_sessions, std::chrono::milliseconds period)
    : io_(io), list_sessions_(std::move(list_sessions)), period_(period), timer_(io) {}

void FleetHosts::start() {
  if (std::exchange(is_running_, true)) return;
  look();
}

void FleetHosts::stop() {
  is_running_ = false;
  timer_.cancel();
}

bool FleetHosts::has_origin(std::string_view origin) const {
  return std::any_of(origins_.begin(), origins_.end(), [&](const std::string& known) {
    return net::equal_ignoring_case(known, origin) || net::equal_ignoring_case(by_local_name(known), origin);
  });
}

void FleetHosts::look() {
  boost::asio::co_spawn(io_, read(shared_from_this()), boost::asio::detached);
}

void FleetHosts::look_later() {
  if (!is_running_) return;
  timer_.expires_after(period_);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self && self->is_running_) self->look();
  });
}

awaitable<void> FleetHosts::read(std::shared_ptr<FleetHosts> self) {
  try {
    const std::vector<SessionInfo> sessions = co_await self->list_sessions_();
    self->origins_.clear();
    for (const SessionInfo& session : sessions)
      if (!session.lost && !session.base_url.empty()) self->origins_.push_back(session.base_url);
  } catch (const Error& error) {
    log_debug("the fleet's hosts could not be read: {}", error.what());
  }
  self->look_later();
}

}  // namespace taskrunner::api
