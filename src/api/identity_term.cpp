#include "api/identity_term.hpp"

#include <algorithm>
#include <utility>

namespace taskrunner::api {
namespace {

/// Wall clocks jump: a far end is looked at now and then.
constexpr std::int64_t longest_wait_ms = 3'600'000;

}  // namespace

IdentityTerm::IdentityTerm(boost::asio::io_context& io, const Clock& clock, std::shared_ptr<const Proof> proof, Listener listener)
    : clock_(clock),
      proof_(std::move(proof)),
      listener_(std::move(listener)),
      timer_(io) {}

void IdentityTerm::start() { look(); }

void IdentityTerm::renew(auth::Principal principal) {
  proof_ = std::make_shared<const Proof>(Proof{std::move(principal), proof_->session});
  has_warned_ = false;
  timer_.cancel();
  look();
}

void IdentityTerm::end(std::string_view reason) {
  if (std::exchange(has_ended_, true)) return;
  timer_.cancel();
  listener_.on_end(reason);
}

void IdentityTerm::look() {
  const auto& expires_at_ms = proof_->principal.expires_at_ms;
  if (has_ended_ || !expires_at_ms) return;
  const std::int64_t left_ms = *expires_at_ms - clock_.wall_ms();
  if (left_ms <= 0) return end("the credentials have expired");
  if (left_ms > warning_ms) return wait(left_ms - warning_ms);
  if (!std::exchange(has_warned_, true)) listener_.on_ending(left_ms);
  wait(left_ms);
}

void IdentityTerm::wait(std::int64_t ms) {
  timer_.expires_after(std::chrono::milliseconds(std::min(ms, longest_wait_ms)));
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (!error && self) self->look();
  });
}

}  // namespace taskrunner::api
