#pragma once

#include <taskrunner/store.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace taskrunner::core {

/// What a host says of a topic that it runs.
struct TopicLimit {
  std::string versioned_topic;
  std::size_t max_running = 0;  ///< 0: only the host's limit
  bool pausable = false;
};

/// Free places of a host, in all and of each topic. A place is taken from before a claim is sent until the body
/// has returned. Pure.
class Slots {
 public:
  Slots(std::size_t max_running, const std::vector<TopicLimit>& topics);

  /// What a claim may ask for now; empty where nothing is free.
  std::vector<TopicDemand> demands() const;
  std::size_t free() const;

  void take(const std::string& topic);
  void give_back(const std::string& topic);

  bool knows(const std::string& topic) const { return topics_.contains(topic); }
  AvailableActions actions_of(const std::string& topic) const;
  std::vector<std::string> topic_names() const;
  std::size_t max_running() const { return max_running_; }

 private:
  struct Topic {
    std::size_t limit = 0;
    std::size_t taken = 0;
    bool pausable = false;
  };
  std::size_t max_running_;
  std::size_t taken_ = 0;
  std::map<std::string, Topic> topics_;
};

}  // namespace taskrunner::core
