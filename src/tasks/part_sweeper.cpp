#include "tasks/part_sweeper.hpp"

#include <taskrunner/context.hpp>
#include <taskrunner/error.hpp>

#include "base/log.hpp"

#include <condition_variable>
#include <mutex>

namespace taskrunner::tasks {
namespace {

void sweep(DownloadParts& parts, const FindTask& find) {
  try {
    parts.sweep(find);
  } catch (const std::exception& error) {
    log_warning("unfinished downloads could not be looked through: {}", error.what());
  }
}

}  // namespace

PartSweeper::PartSweeper(std::shared_ptr<DownloadParts> parts, FindTask find, std::chrono::milliseconds each)
    : parts_(std::move(parts)), find_(std::move(find)), thread_([this, each](const std::stop_token& stop) { run(stop, each); }) {}

void PartSweeper::run(const std::stop_token& stop, std::chrono::milliseconds each) const {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  do {
    sweep(*parts_, find_);
    ended.wait_for(lock, stop, each, [] { return false; });
  } while (!stop.stop_requested());
  sweep(*parts_, find_);
}

}  // namespace taskrunner::tasks
