#include "auth/failure_limit.hpp"

#include <algorithm>

namespace taskrunner::auth {
namespace {

double refilled(double left, std::int64_t since_ms) {
  const double gained = static_cast<double>(std::max<std::int64_t>(since_ms, 0)) / 1'000 * FailureLimit::per_second;
  return std::min(FailureLimit::most_at_once, left + gained);
}

}  // namespace

bool FailureLimit::may_fail(const std::string& address, std::int64_t now_ms) {
  if (buckets_.size() >= most_addresses) forget_rested(now_ms);
  const bool is_known = buckets_.contains(address);
  if (!is_known && buckets_.size() >= most_addresses) return false;  // an attack from everywhere
  Bucket& bucket = buckets_.try_emplace(address, Bucket{most_at_once, now_ms}).first->second;
  bucket = {refilled(bucket.left, now_ms - bucket.filled_ms), std::max(now_ms, bucket.filled_ms)};
  if (bucket.left < 1) return false;
  bucket.left -= 1;
  return true;
}

/// At most once a second: there are many to look through.
void FailureLimit::forget_rested(std::int64_t now_ms) {
  if (now_ms - looked_through_ms_ < 1'000) return;
  looked_through_ms_ = now_ms;
  std::erase_if(buckets_, [&](const auto& entry) {
    return refilled(entry.second.left, now_ms - entry.second.filled_ms) >= most_at_once;
  });
}

}  // namespace taskrunner::auth
