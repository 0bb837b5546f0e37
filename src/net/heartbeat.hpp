#pragma once

#include <algorithm>
#include <chrono>

namespace taskrunner::net {

/// When to ping a client and when to give it up (Engine.IO v4: the server pings). Pure: time comes in.
/// Any byte received counts as life, not only a pong.
class Heartbeat {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Action { wait, ping, give_up };

  Heartbeat(int interval_ms, int timeout_ms, Time now)
      : interval_(interval_ms), timeout_(timeout_ms), deadline_(now + interval_) {}

  void on_bytes(Time now) { heard_ = now; }
  void on_pong(Time now) {
    heard_ = now;
    if (!pinged_) return;
    pinged_ = false;
    deadline_ = now + interval_;
  }
  /// When to call on_time next.
  Time deadline() const { return deadline_; }
  /// The time to answer is over, whether or not on_time was called yet.
  bool overdue(Time now) const { return pinged_ && now >= deadline_ && heard_ <= pinged_at_; }
  Action on_time(Time now) {
    if (now < deadline_) return Action::wait;
    if (!pinged_) {
      pinged_ = true;
      pinged_at_ = now;
      // Counted from when the ping was due; but a loop that was held up gives a client half the time at least.
      deadline_ = std::max(deadline_ + timeout_, now + timeout_ / 2);
      return Action::ping;
    }
    if (overdue(now)) return Action::give_up;
    pinged_ = false;
    deadline_ = heard_ + interval_ > now ? heard_ + interval_ : now + interval_;
    return Action::wait;
  }

 private:
  std::chrono::milliseconds interval_, timeout_;
  Time deadline_;
  Time heard_{};
  Time pinged_at_{};
  bool pinged_ = false;
};

}  // namespace taskrunner::net
