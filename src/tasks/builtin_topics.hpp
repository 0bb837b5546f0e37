#pragma once

#include <taskrunner/task.hpp>

#include "tasks/address_policy.hpp"
#include "tasks/download_parts.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace taskrunner::tasks {

struct BuiltinOptions {
  std::filesystem::path download_dir = "downloads";  ///< made at the first download where it is missing
  AddressPolicy download_allow = AddressPolicy::public_only();
  std::string ca_file = "";     ///< PEM file of the authorities that https servers may be vouched for by; empty: the system's
  std::size_t max_running = 0;  ///< of each topic; 0: the runner's
};

using RegisterTopic = std::function<void(std::string topic, std::shared_ptr<TaskFactory>, TopicOptions)>;

/// Gives download#1, sleep#1 and noop#1 to `register_topic`, at once. The factories own all that they need. What it
/// returns are the unfinished downloads, for a PartSweeper.
std::shared_ptr<DownloadParts> register_builtin_topics(const RegisterTopic& register_topic, const BuiltinOptions& options);

}  // namespace taskrunner::tasks
