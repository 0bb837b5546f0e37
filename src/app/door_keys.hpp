#pragma once

#include <taskrunner/security.hpp>

#include "auth/bearer_check.hpp"
#include "net/tls_context.hpp"

#include <memory>
#include <string>

namespace taskrunner::app {

/// What the files hold that SecurityOptions name. Each reading throws Error{invalid_argument} that names the file.
class DoorKeys {
 public:
  explicit DoorKeys(SecurityOptions security);

  const SecurityOptions& security() const { return security_; }
  bool asks_who() const { return security_.authentication != Authentication::none; }
  bool has_tls() const { return tls_ != nullptr; }
  const std::shared_ptr<net::TlsContext>& tls() const { return tls_; }  ///< null: plain
  /// Read anew at each call. Null: nobody is asked who they are.
  std::shared_ptr<const auth::BearerCheck> read_bearers() const;
  std::string read_fleet_secret() const;  ///< empty: there is none

 private:
  const SecurityOptions security_;
  const std::shared_ptr<net::TlsContext> tls_;
};

}  // namespace taskrunner::app
