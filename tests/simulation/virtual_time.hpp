#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace taskrunner::simulation {

/// The one time of a simulated world, moved by its event queue only.
class VirtualClock final : public Clock {
 public:
  std::int64_t wall_ms() const override { return start_wall_ms + now_ms; }
  std::int64_t boot_ms() const override { return start_boot_ms + now_ms; }
  std::int64_t now_ms = 0;

 private:
  static constexpr std::int64_t start_wall_ms = 1'767'225'600'000;  // 2026-01-01
  static constexpr std::int64_t start_boot_ms = 1'000'000;
};

/// What is to happen, in the order of virtual time; what happens in the same millisecond comes in seeded order.
class EventQueue {
 public:
  EventQueue(VirtualClock& clock, Random& random) : clock_(clock), random_(random) {}

  void after(std::int64_t delay_ms, std::function<void()> event) {
    events_.emplace(std::pair(clock_.now_ms + delay_ms, random_.next()), std::move(event));
  }
  /// Runs the next event; false where there is none.
  bool step() {
    if (events_.empty()) return false;
    auto next = events_.extract(events_.begin());
    clock_.now_ms = next.key().first;
    next.mapped()();
    return true;
  }

 private:
  VirtualClock& clock_;
  Random& random_;
  std::map<std::pair<std::int64_t, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace taskrunner::simulation
