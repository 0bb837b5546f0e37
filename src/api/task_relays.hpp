#pragma once

#include "api/task_relay.hpp"

#include <memory>
#include <unordered_map>
#include <vector>

namespace taskrunner::api {

/// The relays of a door, told of what the stores' feeds say. Door's loop only.
class TaskRelays {
 public:
  /// Where the socket was let in to be relayed, it is from now on, and this is whose it is; else null.
  IdentityPtr start(const std::shared_ptr<net::Socket>& socket);
  /// The runner goes: so do those that came through it.
  void close(const RunnerLink& link);
  void on_feed(const RunnerLink& link, const FeedBatch& batch);

 private:
  using RelayPtr = std::shared_ptr<TaskRelay>;
  std::vector<RelayPtr> of(const RunnerLink& link) const;

  std::unordered_multimap<ObjectId, std::weak_ptr<TaskRelay>> relays_;  ///< each is its socket's
};

}  // namespace taskrunner::api
