#include "fleet/fleet_watch.hpp"

#include "base/process_identity.hpp"
#include "fleet/watchers.hpp"

#include <algorithm>

namespace taskrunner::fleet {
namespace {

constexpr auto period = std::chrono::seconds(1);

}  // namespace

FleetWatch::FleetWatch(boost::asio::io_context& io, const Clock& clock, DeathProof proof, FleetHost host)
    : io_(io),
      clock_(clock),
      proof_(proof),
      host_(std::move(host)),
      listener_(std::make_shared<WatchListener>(io)),
      timer_(io) {}

void FleetWatch::start(const std::string& ip) {
  if (proof_ == DeathProof::off || is_running_) return;
  if (proof_ == DeathProof::peers && !ip.empty()) listener_->start(ip);
  is_running_ = true;
  look();
}

void FleetWatch::stop() {
  is_running_ = false;
  timer_.cancel();
  for (const auto& [session, peer] : peers_) peer->stop();
  peers_.clear();
  listener_->stop();
}

void FleetWatch::look() {
  if (!is_running_) return;
  listener_->set_session(host_.own_session());
  host_.list_sessions([weak = weak_from_this()](const std::vector<SessionInfo>& sessions) {
    const auto self = weak.lock();
    if (self && self->is_running_) self->on_sessions(sessions);
  });
  look_later();
}

void FleetWatch::look_later() {
  timer_.expires_after(period);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->look();
  });
}

void FleetWatch::on_sessions(const std::vector<SessionInfo>& sessions) {
  const ObjectId own = host_.own_session();
  std::vector<SessionInfo> others;
  for (const SessionInfo& session : sessions)
    if (!session.lost && session.id != own) others.push_back(session);
  prove_locally(others);
  if (proof_ == DeathProof::peers && !own.is_zero()) watch_peers(others, own);
}

void FleetWatch::prove_locally(const std::vector<SessionInfo>& others) {
  for (const SessionInfo& session : others)
    if (has_ended(session.process)) host_.report_dead(session, "its process has ended on this machine");
}

void FleetWatch::watch_peers(const std::vector<SessionInfo>& others, const ObjectId& own) {
  std::vector<ObjectId> open{own};
  for (const SessionInfo& session : others) open.push_back(session.id);
  const std::vector<ObjectId> wanted = watched_by(own, open);
  const auto is_wanted = [&](const ObjectId& id) { return std::find(wanted.begin(), wanted.end(), id) != wanted.end(); };
  std::erase_if(peers_, [&](const auto& peer) {
    if (is_wanted(peer.first)) return false;
    peer.second->stop();
    return true;
  });
  for (const SessionInfo& session : others) {
    if (session.watch_address.empty() || !is_wanted(session.id) || peers_.contains(session.id)) continue;
    auto on_dead = [weak = weak_from_this(), session] {
      if (const auto self = weak.lock()) self->host_.report_dead(session, "its address answers no more, or for another");
    };
    auto peer = std::make_shared<PeerWatch>(io_, clock_, PeerProof(session.id, session.watch_address), std::move(on_dead));
    peers_.emplace(session.id, peer);
    peer->start();
  }
}

}  // namespace taskrunner::fleet
