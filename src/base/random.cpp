#include "base/random.hpp"

#include <algorithm>

namespace taskrunner {

std::uint64_t Random::system_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

std::uint64_t Random::next() {
  std::lock_guard lock(mutex_);
  return engine_();
}

double Random::fraction() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Random::below(std::uint64_t bound) { return bound == 0 ? 0 : next() % bound; }

ObjectId Random::object_id(std::int64_t wall_ms) {
  std::lock_guard lock(mutex_);
  constexpr std::uint32_t counter_mask = 0xFFFFFF;
  last_seconds_ = std::max(last_seconds_, static_cast<std::uint32_t>(wall_ms / 1000));
  counter_ = (counter_ + 1) & counter_mask;
  if (counter_ == 0) ++last_seconds_;  // it began anew: stay above what was given
  const std::uint32_t seconds = last_seconds_, count = counter_;
  std::array<std::uint8_t, ObjectId::size_bytes> bytes{};
  for (int i = 0; i < 4; ++i) bytes[i] = static_cast<std::uint8_t>(seconds >> (24 - 8 * i));
  for (int i = 0; i < 5; ++i) bytes[4 + i] = static_cast<std::uint8_t>(machine_ >> (8 * i));
  for (int i = 0; i < 3; ++i) bytes[9 + i] = static_cast<std::uint8_t>(count >> (16 - 8 * i));
  return ObjectId(bytes);
}

}  // namespace taskrunner
