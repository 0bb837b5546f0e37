#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

namespace taskrunner::auth {

/// How often an address may show bad credentials: twenty at once, then one a second. Bounded. One thread.
class FailureLimit {
 public:
  static constexpr double most_at_once = 20;
  static constexpr double per_second = 1;
  static constexpr std::size_t most_addresses = 10'000;

  /// Counts a failure; false where the address had too many.
  bool may_fail(const std::string& address, std::int64_t now_ms);

 private:
  struct Bucket {
    double left;
    std::int64_t filled_ms;
  };
  void forget_rested(std::int64_t now_ms);

  std::unordered_map<std::string, Bucket> buckets_;
  std::int64_t looked_through_ms_ = 0;
};

}  // namespace taskrunner::auth
