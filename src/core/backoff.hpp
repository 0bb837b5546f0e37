#pragma once

#include <algorithm>
#include <cstdint>

namespace taskrunner::core {

/// How long to wait before the next try after `failures` in a row: full jitter over 1 s × 2ⁿ, at most 5 minutes.
/// `jitter` is in [0, 1). Source: "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
inline std::int64_t backoff_ms(std::int64_t failures, double jitter) {
  constexpr std::int64_t first_ms = 1'000;
  constexpr std::int64_t longest_ms = 300'000;
  const std::int64_t doublings = std::clamp<std::int64_t>(failures - 1, 0, 20);
  return static_cast<std::int64_t>(jitter * static_cast<double>(std::min(first_ms << doublings, longest_ms)));
}

}  // namespace taskrunner::core
