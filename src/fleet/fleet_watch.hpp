#pragma once

#include <taskrunner/death_proof.hpp>
#include <taskrunner/store.hpp>

#include "base/clock.hpp"
#include "fleet/peer_watch.hpp"
#include "fleet/watch_listener.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace taskrunner::fleet {

/// What the watch asks of its host. Called on the watch's loop; answers come back there.
struct FleetHost {
  /// The session that this host holds now; zero where it has none.
  std::function<ObjectId()> own_session;
  std::function<void(std::function<void(std::vector<SessionInfo>)>)> list_sessions;
  /// The death of that session is proven: mark it lost. Repeated each second while it is listed as open.
  std::function<void(const SessionInfo&, std::string proof)> report_dead;
};

/// Looks once a second at the other hosts' sessions and reports those whose death is proven. One loop only.
/// start() and stop() harmless twice; stop() says goodbye to whoever watches this host.
class FleetWatch : public std::enable_shared_from_this<FleetWatch> {
 public:
  FleetWatch(boost::asio::io_context& io, const Clock& clock, DeathProof proof, FleetHost host);

  /// `ip`: where other hosts can reach this one; empty: it is not watched by peers. Throws Error{unavailable}, and has
  /// not started, where no port can be opened there.
  void start(const std::string& ip);
  void stop();
  /// What the session's document is to tell of where it is watched; empty until started.
  const std::string& watch_address() const { return listener_->address(); }

 private:
  void look();
  void look_later();
  void on_sessions(const std::vector<SessionInfo>& sessions);
  void prove_locally(const std::vector<SessionInfo>& others);
  void watch_peers(const std::vector<SessionInfo>& others, const ObjectId& own);

  boost::asio::io_context& io_;
  const Clock& clock_;
  const DeathProof proof_;
  const FleetHost host_;
  const std::shared_ptr<WatchListener> listener_;
  boost::asio::steady_timer timer_;
  std::map<ObjectId, std::shared_ptr<PeerWatch>> peers_;  ///< by session; of those that gave up too
  bool is_running_ = false;
};

}  // namespace taskrunner::fleet
