#pragma once

#include <cstdint>

namespace taskrunner {

/// Where time comes from. Production has one SystemClock; tests and the simulation have their own.
/// Callable from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  /// Milliseconds since 1970-01-01 UTC. May jump: for what people read and what is stored, never for lengths.
  virtual std::int64_t wall_ms() const = 0;

  /// Milliseconds since some moment before this process, monotonic, and running on while the machine is
  /// suspended (CLOCK_BOOTTIME): a lease that a sleeping laptop held must be seen as lapsed when it wakes.
  virtual std::int64_t boot_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  std::int64_t wall_ms() const override;
  std::int64_t boot_ms() const override;
};

/// The process's own; lives as long as the process.
const Clock& system_clock();

}  // namespace taskrunner
