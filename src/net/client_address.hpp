#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "net/http_message.hpp"

namespace taskrunner::net {

/// A set of networks, as in "10.0.0.0/8", "::1/128" or a single address. Pure.
class Networks {
 public:
  Networks() = default;
  /// Throws Error(invalid_argument) that names what is no network.
  explicit Networks(const std::vector<std::string>& texts);

  bool contains(const boost::asio::ip::address& address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    boost::asio::ip::address_v6::bytes_type bits;  ///< IPv4 as mapped
    unsigned prefix;
  };
  std::vector<Network> networks_;
};

/// IPv4 that came as IPv6 is IPv4.
boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// Whose request it is: the peer, or, where the peer is a trusted proxy, the last address of X-Forwarded-For that is
/// none. What stands before that one anybody may have written. A broken list leaves the peer.
boost::asio::ip::address client_address(const boost::asio::ip::address& peer, const HttpFields& headers,
                                        const Networks& trusted_proxies);

}  // namespace taskrunner::net
