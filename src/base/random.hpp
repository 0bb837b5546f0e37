#pragma once

#include <taskrunner/object_id.hpp>

#include <cstdint>
#include <mutex>
#include <random>

namespace taskrunner {

/// Randomness and fresh ids. Thread-safe. Seeded: the same seed gives the same sequence (simulation, tests).
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed), counter_(static_cast<std::uint32_t>(engine_())) {}

  /// Seeded from the operating system.
  static std::uint64_t system_seed();

  std::uint64_t next();
  /// In [0, 1).
  double fraction();
  /// In [0, bound); 0 for bound 0.
  std::uint64_t below(std::uint64_t bound);

  /// Never given twice by one Random, and always ascending within it: where `wall_ms` goes back, the id's seconds
  /// stay.
  ObjectId object_id(std::int64_t wall_ms);

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
  std::uint64_t machine_ = engine_();
  std::uint32_t counter_;
  std::uint32_t last_seconds_ = 0;
};

}  // namespace taskrunner
