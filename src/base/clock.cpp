#include "base/clock.hpp"

#include <ctime>

namespace taskrunner {
namespace {

std::int64_t read_ms(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

std::int64_t SystemClock::wall_ms() const { return read_ms(CLOCK_REALTIME); }
std::int64_t SystemClock::boot_ms() const { return read_ms(CLOCK_BOOTTIME); }

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

}  // namespace taskrunner
