#pragma once

#include "tasks/download_parts.hpp"

#include <chrono>
#include <memory>
#include <thread>

namespace taskrunner::tasks {

/// Sweeps unfinished downloads on a thread of its own: at once, then `each` so long, and a last time at its end. A store
/// that cannot be asked is asked again the next time.
class PartSweeper {
 public:
  PartSweeper(std::shared_ptr<DownloadParts> parts, FindTask find, std::chrono::milliseconds each = std::chrono::minutes(10));

 private:
  void run(const std::stop_token& stop, std::chrono::milliseconds each) const;

  const std::shared_ptr<DownloadParts> parts_;
  const FindTask find_;
  const std::jthread thread_;  ///< last: it uses the others
};

}  // namespace taskrunner::tasks
