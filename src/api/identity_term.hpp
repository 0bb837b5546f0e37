#pragma once

#include "api/identity.hpp"
#include "base/clock.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

namespace taskrunner::api {

/// The time for which somebody is known to a connection: says beforehand that it ends, and when it does. One loop only.
class IdentityTerm : public std::enable_shared_from_this<IdentityTerm> {
 public:
  static constexpr std::int64_t warning_ms = 60'000;

  struct Listener {
    std::function<void(std::int64_t in_ms)> on_ending;         ///< a minute before, or at once; again after a renewal
    std::function<void(std::string_view reason)> on_end;  ///< once
  };

  IdentityTerm(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const Proof> proof, Listener listener);

  void start();
  /// The same person has shown newer credentials.
  void renew(auth::Principal principal);
  /// Harmless twice.
  void end(std::string_view reason);
  const Proof& proof() const { return *proof_; }

 private:
  void look();
  void wait(std::int64_t ms);

  const Clock& clock_;
  std::shared_ptr<const Proof> proof_;
  const Listener listener_;
  boost::asio::steady_timer timer_;
  bool has_warned_ = false;
  bool has_ended_ = false;
};

}  // namespace taskrunner::api
