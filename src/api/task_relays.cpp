#include "api/task_relays.hpp"

namespace taskrunner::api {

IdentityPtr TaskRelays::start(const std::shared_ptr<net::Socket>& socket) {
  const auto* held = std::any_cast<RelayPtr>(&socket->user_data);
  if (!held) return nullptr;
  const RelayPtr relay = *held;
  std::erase_if(relays_, [](const auto& known) {
    const RelayPtr other = known.second.lock();
    return !other || other->has_ended();
  });
  relays_.emplace(relay->id(), relay);
  relay->start(socket);
  return relay->who();
}

std::vector<TaskRelays::RelayPtr> TaskRelays::of(const RunnerLink& link) const {
  std::vector<RelayPtr> relays;
  for (const auto& [id, known] : relays_)
    if (RelayPtr relay = known.lock(); relay && relay->link().get() == &link) relays.push_back(std::move(relay));
  return relays;
}

void TaskRelays::close(const RunnerLink& link) {
  for (const RelayPtr& relay : of(link)) relay->close();
}

void TaskRelays::on_feed(const RunnerLink& link, const FeedBatch& batch) {
  if (relays_.empty()) return;
  if (batch.lost)
    for (const RelayPtr& relay : of(link)) relay->on_change(nullptr);
  for (const FeedEvent& event : batch.events) {
    const auto [first, last] = relays_.equal_range(event.id);
    for (auto known = first; known != last; ++known)
      if (const RelayPtr relay = known->second.lock(); relay && relay->link().get() == &link) relay->on_change(&event);
  }
}

}  // namespace taskrunner::api
