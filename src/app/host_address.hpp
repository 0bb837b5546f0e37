#pragma once

#include <string>

namespace taskrunner::app {

/// A host as a client speaks to it.
struct HostAddress {
  HostAddress(std::string host_url, std::string host_token = {}, std::string authorities = {})
      : url(std::move(host_url)), token(std::move(host_token)), ca_file(std::move(authorities)) {}

  std::string url;      ///< as "https://tasks.example.com:8443"
  std::string token;    ///< says who the client is; empty: nobody in particular
  std::string ca_file;  ///< PEM: who vouches for the host's certificate; empty: the system's authorities
  bool trusts_any = false;  ///< takes any certificate: of a host that is asked no more than whether it is there
};

}  // namespace taskrunner::app
