#include "core/slots.hpp"

#include <algorithm>

namespace taskrunner::core {
namespace {

AvailableActions actions(bool pausable) { return {.stop = true, .pause = pausable, .resume = false}; }

}  // namespace

Slots::Slots(std::size_t max_running, const std::vector<TopicLimit>& topics) : max_running_(max_running) {
  // A topic with a limit of its own does not compete for the host's common places: its limit adds to them.
  for (const TopicLimit& topic : topics)
    topics_[topic.versioned_topic] = {topic.max_running ? topic.max_running : max_running, 0, topic.pausable};
  for (const TopicLimit& topic : topics) max_running_ = std::max(max_running_, topic.max_running);
}

std::size_t Slots::free() const { return max_running_ > taken_ ? max_running_ - taken_ : 0; }

std::vector<TopicDemand> Slots::demands() const {
  std::vector<TopicDemand> demands;
  if (free() == 0) return demands;
  for (const auto& [name, topic] : topics_)
    if (topic.limit > topic.taken)
      demands.push_back({name, std::min(topic.limit - topic.taken, free()), actions(topic.pausable)});
  return demands;
}

void Slots::take(const std::string& topic) {
  ++taken_;
  const auto found = topics_.find(topic);
  if (found != topics_.end()) ++found->second.taken;
}

void Slots::give_back(const std::string& topic) {
  --taken_;
  const auto found = topics_.find(topic);
  if (found != topics_.end()) --found->second.taken;
}

AvailableActions Slots::actions_of(const std::string& topic) const {
  const auto found = topics_.find(topic);
  return actions(found != topics_.end() && found->second.pausable);
}

std::vector<std::string> Slots::topic_names() const {
  std::vector<std::string> names;
  for (const auto& [name, topic] : topics_) names.push_back(name);
  return names;
}

}  // namespace taskrunner::core
