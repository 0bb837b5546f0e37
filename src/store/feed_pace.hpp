#pragma once

#include <chrono>
#include <cstddef>

namespace taskrunner::store {

/// How a feed reads its stream: waiting at the server while changes are rare, now and then while they are many. A read
/// that waits there is woken by every single write, long before the majority has it and it may be told: that costs the
/// server more than the events do, and the writes have to wait for it. Pure.
class FeedPace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// A read was answered at `now` with so many events, of `most` that it could have had.
  void on_read(std::size_t events, std::size_t most, Time now);

  /// Before the next read.
  std::chrono::milliseconds pause() const;
  /// How long the next read may wait at the server for an event.
  std::chrono::milliseconds wait() const;

 private:
  Time period_began_;
  std::size_t in_period_ = 0;
  Time busy_until_;
  bool is_busy_ = false;
  bool has_more_ = false;
};

}  // namespace taskrunner::store
