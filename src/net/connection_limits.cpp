#include "net/connection_limits.hpp"

#include <algorithm>

namespace taskrunner::net {

bool ConnectionLimits::may_begin(Time now) {
  const auto rate = static_cast<double>(limits_.per_second);
  if (now > filled_) tokens_ = std::min(rate, tokens_ + rate * std::chrono::duration<double>(now - filled_).count());
  filled_ = std::max(now, filled_);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

bool ConnectionLimits::may_have(const std::string& address) {
  auto& here = by_address_[address];
  if (here >= limits_.per_address) {
    if (here == 0) by_address_.erase(address);
    return false;
  }
  ++here;
  return true;
}

ConnectionLimits::Taken ConnectionLimits::take(const std::string& address, bool exempt, Time now) {
  const std::lock_guard lock(mutex_);
  if (count_ >= limits_.in_all) return {nullptr, Refusal::in_all};
  if (!may_begin(now)) return {nullptr, Refusal::per_second};
  const std::string counted = exempt ? std::string() : address;
  if (!exempt && !may_have(counted)) return {nullptr, Refusal::per_address};
  ++count_;
  return {{static_cast<void*>(this), [self = shared_from_this(), counted](void*) { self->give_back(counted, true); }},
          Refusal::none};
}

ConnectionLimits::Taken ConnectionLimits::take_for_client(const std::string& address) {
  const std::lock_guard lock(mutex_);
  if (!may_have(address)) return {nullptr, Refusal::per_address};
  return {{static_cast<void*>(this), [self = shared_from_this(), address](void*) { self->give_back(address, false); }},
          Refusal::none};
}

void ConnectionLimits::give_back(const std::string& address, bool in_all) {
  const std::lock_guard lock(mutex_);
  if (in_all) --count_;
  const auto it = address.empty() ? by_address_.end() : by_address_.find(address);
  if (it != by_address_.end() && --it->second == 0) by_address_.erase(it);
}

std::size_t ConnectionLimits::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace taskrunner::net
