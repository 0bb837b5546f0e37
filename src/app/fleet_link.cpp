#include "app/fleet_link.hpp"

#include "base/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/url/parse.hpp>

#include <future>

namespace taskrunner::app {
namespace {

using boost::asio::ip::tcp;
using SessionsAnswer = std::function<void(std::vector<SessionInfo>)>;

/// A store that does not answer proves nothing: the next look asks again.
awaitable<void> list_sessions(core::Runner& runner, SessionsAnswer answer) {
  std::vector<SessionInfo> sessions;
  try {
    sessions = co_await runner.hosts();
  } catch (const Error& error) {
    log_debug("the fleet's sessions could not be read: {}", error.what());
    co_return;
  }
  answer(std::move(sessions));
}

awaitable<void> lose(core::Runner& runner, SessionInfo session, std::string proof) {
  try {
    if (co_await runner.lose_session(session.id))
      log_warning("host {} is dead ({}): its tasks go to others", session.instance, proof);
  } catch (const Error& error) {
    log_warning("the death of host {} could not be written: {}", session.instance, error.what());
  }
}

std::string first_address_of(const std::string& host) {
  boost::asio::io_context io;
  boost::system::error_code error;
  const auto found = tcp::resolver(io).resolve(host, "", error);
  return error || found.empty() ? "" : found.begin()->endpoint().address().to_string();
}

bool is_wildcard(const std::string& host) { return host.empty() || host == "0.0.0.0" || host == "::"; }

}  // namespace

std::string reachable_ip(const std::string& listen_host, const std::string& public_url) {
  if (!is_wildcard(listen_host)) return first_address_of(listen_host);
  const auto url = boost::urls::parse_uri(public_url);
  return url ? first_address_of(url->host_address()) : "";
}

FleetLink::FleetLink(core::Runner& runner, DeathProof proof) : runner_(runner), proof_(proof) {}

fleet::FleetHost FleetLink::host_of(core::Runner& runner) {
  auto& io = loop_.context();
  fleet::FleetHost host;
  host.own_session = [&runner] { return runner.session(); };
  host.list_sessions = [&runner, &io](SessionsAnswer answer) {
    boost::asio::co_spawn(io, list_sessions(runner, std::move(answer)), boost::asio::detached);
  };
  host.report_dead = [&runner, &io](const SessionInfo& session, std::string proof) {
    boost::asio::co_spawn(io, lose(runner, session, std::move(proof)), boost::asio::detached);
  };
  return host;
}

void FleetLink::start(const std::string& ip) {
  if (watch_ || proof_ == DeathProof::off) return;
  watch_ = std::make_shared<fleet::FleetWatch>(loop_.context(), system_clock(), proof_, host_of(runner_));
  loop_.start();
  std::promise<std::string> address;
  loop_.post([&] {
    open(ip);
    address.set_value(watch_->watch_address());
  });
  runner_.set_watch_address(address.get_future().get());
}

void FleetLink::open(const std::string& ip) {
  try {
    watch_->start(ip);
  } catch (const Error& error) {
    log_warning("other hosts cannot watch this one: {}", error.what());
    watch_->start("");
  }
}

void FleetLink::stop() {
  if (!watch_) return;
  std::promise<void> done;
  loop_.post([&] {
    watch_->stop();
    done.set_value();
  });
  done.get_future().wait();
  loop_.stop();
  watch_.reset();
}

}  // namespace taskrunner::app
