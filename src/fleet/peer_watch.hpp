#pragma once

#include "base/clock.hpp"
#include "fleet/peer_proof.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>

namespace taskrunner::fleet {

/// Holds a connection to one other host's watch address for as long as that session is open, and says when its death
/// is proven. One loop only. stop() harmless twice; after it, or its destruction, `on_dead` is not called.
class PeerWatch : public std::enable_shared_from_this<PeerWatch> {
 public:
  PeerWatch(boost::asio::io_context& io, const Clock& clock, PeerProof proof, std::function<void()> on_dead);

  void start();
  void stop();
  const PeerProof& proof() const { return proof_; }

 private:
  boost::asio::awaitable<void> watch();
  boost::asio::awaitable<PeerProof::Next> attempt();
  boost::asio::awaitable<PeerProof::Next> read_lines();
  /// Ends what waits on the socket after `ms`, unless disarmed.
  void arm(std::int64_t ms);
  void disarm();

  const Clock& clock_;
  PeerProof proof_;
  std::function<void()> on_dead_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer pause_;
  bool has_started_ = false;
  bool has_stopped_ = false;
  bool is_late_ = false;
};

}  // namespace taskrunner::fleet
