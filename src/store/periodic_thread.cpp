#include "store/periodic_thread.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"

namespace taskrunner::store {

PeriodicThread::PeriodicThread(std::string what, std::chrono::milliseconds period, std::function<void()> round)
    : what_(std::move(what)), period_(period), round_(std::move(round)) {
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void PeriodicThread::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

void PeriodicThread::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    try {
      round_();
    } catch (const Error& error) {
      log_warning("{}: {}", what_, error.what());
    }
    std::unique_lock lock(mutex_);
    woken_.wait_for(lock, stop, period_, [] { return false; });
  }
}

}  // namespace taskrunner::store
