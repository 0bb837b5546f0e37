#pragma once

#include "base/loop.hpp"
#include "core/runner.hpp"
#include "fleet/fleet_watch.hpp"

#include <memory>
#include <string>

namespace taskrunner::app {

/// A runner's part in its fleet: the watch over the other hosts of its store, on a thread of its own. start() before
/// the runner starts, so that its session says where it is watched; stop() after the runner has stopped. Both harmless
/// twice.
class FleetLink {
 public:
  /// The runner outlives it.
  FleetLink(core::Runner& runner, DeathProof proof);
  ~FleetLink() { stop(); }

  /// `ip`: where other hosts reach this one. Where it is empty, or not this machine's, peers cannot watch this host, and
  /// its death is known by lapse of time or by a host on the same machine.
  void start(const std::string& ip);
  void stop();

 private:
  fleet::FleetHost host_of(core::Runner& runner);
  void open(const std::string& ip);

  core::Runner& runner_;
  const DeathProof proof_;
  Loop loop_{"fleet"};
  std::shared_ptr<fleet::FleetWatch> watch_;
};

/// The address at which other hosts reach one that listens there and is known under that URL: the listening address
/// itself; where it is a wildcard, the URL's host. Empty where neither gives one.
std::string reachable_ip(const std::string& listen_host, const std::string& public_url);

}  // namespace taskrunner::app
