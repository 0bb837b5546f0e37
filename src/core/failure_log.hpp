#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace taskrunner::core {

/// Says once that something fails, once each other way in which it fails, and when it works again: what is tried twice a
/// second would fill the log in an outage. Thread-safe.
class FailureLog {
 public:
  using Say = std::function<void(const std::string& line)>;

  /// `what` begins each line. `warn` and `inform` write it.
  FailureLog(std::string what, Say warn, Say inform)
      : what_(std::move(what)), warn_(std::move(warn)), inform_(std::move(inform)) {}

  void failed(std::string_view why) {
    std::lock_guard lock(mutex_);
    ++failures_;
    if (said_.size() < most_said && said_.emplace(why).second) warn_(what_ + ": " + std::string(why));
  }

  void worked() {
    std::lock_guard lock(mutex_);
    if (failures_ == 0) return;
    inform_(what_ + ": works again, after " + std::to_string(failures_) + (failures_ == 1 ? " failure" : " failures"));
    failures_ = 0;
    said_.clear();
  }

 private:
  /// Texts may differ each time: by a port, by a time.
  static constexpr std::size_t most_said = 20;

  const std::string what_;
  const Say warn_;
  const Say inform_;
  std::mutex mutex_;
  std::int64_t failures_ = 0;
  std::set<std::string> said_;  ///< since it began to fail
};

}  // namespace taskrunner::core
