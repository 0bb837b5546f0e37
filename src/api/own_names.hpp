#pragma once

#include "net/origin_policy.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace taskrunner::api {

/// Under which names this host is spoken to, and from which pages. Immutable.
class OwnNames {
 public:
  /// Asked at each request; absent: no.
  using IsFleetOrigin = std::function<bool(std::string_view origin)>;
  /// `allow_origins`: besides the host's own and the fleet's, such as https://tasks.example.com.
  OwnNames(std::string_view listen_address, std::vector<std::string> allow_origins, IsFleetOrigin is_fleet_origin = {});

  /// A host that listens at loopback answers to addresses, localhost, and the names of allowed origins only: any other
  /// name in `Host` is a page that had its own name lead here (DNS rebinding).
  bool is_own_host(std::string_view host) const;
  bool allows(std::string_view origin, std::string_view host) const;
  net::OriginPolicy policy() const;

 private:
  bool is_loopback_ = false;
  std::vector<std::string> allowed_;
  IsFleetOrigin is_fleet_origin_;
};

}  // namespace taskrunner::api
