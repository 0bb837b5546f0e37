#include "api/own_names.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace taskrunner::api {
namespace {

/// `example.com:8080` → `example.com`; `[::1]:8080` → `::1`.
std::string name_of(std::string_view host) {
  if (host.starts_with('[')) return std::string(host.substr(1, host.find(']') - 1));
  return std::string(host.substr(0, host.find(':')));
}

bool is_address(const std::string& name) {
  boost::system::error_code error;
  boost::asio::ip::make_address(name, error);
  return !error;
}

std::string_view host_of(std::string_view origin) {
  const std::size_t start = origin.find("://");
  return start == std::string_view::npos ? origin : origin.substr(start + 3);
}

}  // namespace

OwnNames::OwnNames(std::string_view listen_address, std::vector<std::string> allow_origins, IsFleetOrigin is_fleet_origin)
    : allowed_(std::move(allow_origins)), is_fleet_origin_(std::move(is_fleet_origin)) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(listen_address, error);
  is_loopback_ = !error && address.is_loopback();
  for (std::string& origin : allowed_)
    while (origin.ends_with('/')) origin.pop_back();
}

bool OwnNames::is_own_host(std::string_view host) const {
  if (!is_loopback_ || host.empty()) return true;
  const std::string name = name_of(host);
  if (is_address(name) || net::equal_ignoring_case(name, "localhost")) return true;
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& origin) {
    return net::equal_ignoring_case(name_of(host_of(origin)), name);
  });
}

bool OwnNames::allows(std::string_view origin, std::string_view host) const {
  const bool is_listed = std::any_of(allowed_.begin(), allowed_.end(), [&](const std::string& allowed) {
    return net::equal_ignoring_case(allowed, origin);
  });
  return is_own_host(host) && (is_listed || net::same_origin(origin, host) || (is_fleet_origin_ && is_fleet_origin_(origin)));
}

net::OriginPolicy OwnNames::policy() const {
  net::OriginPolicy policy;
  policy.allows = [names = *this](std::string_view origin, std::string_view host) { return names.allows(origin, host); };
  return policy;
}

}  // namespace taskrunner::api
