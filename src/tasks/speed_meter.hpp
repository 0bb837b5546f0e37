#pragma once

#include <cstdint>
#include <deque>
#include <utility>

namespace taskrunner::tasks {

/// Bytes a second over the last five seconds. Pure: told the time in milliseconds.
class SpeedMeter {
 public:
  void add(std::int64_t now_ms, std::uint64_t bytes_so_far) {
    if (!samples_.empty() && bytes_so_far < samples_.back().second) samples_.clear();
    samples_.emplace_back(now_ms, bytes_so_far);
    while (samples_.size() > 2 && now_ms - samples_.front().first > window_ms) samples_.pop_front();
  }
  /// After a pause: what was before says nothing.
  void restart() { samples_.clear(); }
  double bytes_per_second() const {
    if (samples_.size() < 2) return 0;
    const auto ms = samples_.back().first - samples_.front().first;
    const auto bytes = samples_.back().second - samples_.front().second;
    return ms > 0 ? static_cast<double>(bytes) * 1000.0 / static_cast<double>(ms) : 0;
  }

 private:
  static constexpr std::int64_t window_ms = 5'000;
  std::deque<std::pair<std::int64_t, std::uint64_t>> samples_;
};

}  // namespace taskrunner::tasks
