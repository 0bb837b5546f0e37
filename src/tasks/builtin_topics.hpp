#pragma once

#include <taskrunner/task.hpp>

#include "tasks/address_policy.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace taskrunner::tasks {

struct BuiltinOptions {
  std::filesystem::path download_dir = "downloads";  ///< made at the first download where it is missing
  AddressPolicy download_allow = AddressPolicy::public_only();
  std::size_t max_running = 0;  ///< of each topic; 0: the runner's
};

using RegisterTopic = std::function<void(std::string topic, std::shared_ptr<TaskFactory>, TopicOptions)>;

/// Gives download#1, sleep#1 and noop#1 to `register_topic`, at once. The factories own all that they need.
void register_builtin_topics(const RegisterTopic& register_topic, const BuiltinOptions& options);

}  // namespace taskrunner::tasks
