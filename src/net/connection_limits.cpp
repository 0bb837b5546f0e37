#include "net/connection_limits.hpp"

namespace taskrunner::net {

std::shared_ptr<void> ConnectionLimits::take(const std::string& address, bool loopback) {
  if (count_ >= in_all_) return nullptr;
  const std::string counted = loopback ? std::string() : address;
  auto& here = by_address_[counted];
  if (!loopback && here >= per_address_) return nullptr;
  ++here;
  ++count_;
  return {static_cast<void*>(this), [self = shared_from_this(), counted](void*) { self->give_back(counted); }};
}

void ConnectionLimits::give_back(const std::string& address) {
  --count_;
  const auto it = by_address_.find(address);
  if (it != by_address_.end() && --it->second == 0) by_address_.erase(it);
}

}  // namespace taskrunner::net
