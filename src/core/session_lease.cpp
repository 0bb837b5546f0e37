#include "core/session_lease.hpp"

#include <algorithm>

namespace taskrunner::core {

SessionTimes::SessionTimes(std::int64_t session_ms)
    : length_ms(session_ms),
      renew_ms(std::max<std::int64_t>(session_ms / 6, 200)),
      margin_ms(std::max<std::int64_t>(session_ms / 10, 200)),
      grace_ms(std::max<std::int64_t>(session_ms / 15, 100)) {}

bool SessionLease::wants_open(const Now& now) const { return !open_ && !in_flight_ && now.boot_ms >= next_boot_ms_; }

bool SessionLease::wants_renewal(const Now& now) const {
  return open_ && !in_flight_ && now.boot_ms >= next_boot_ms_;
}

void SessionLease::on_open_sent(const ObjectId& session, const Now& now) {
  id_ = session;
  on_renewal_sent(now);
}

void SessionLease::on_renewal_sent(const Now& now) {
  in_flight_ = true;
  sent_boot_ms_ = now.boot_ms;
}

void SessionLease::on_renewed(const Now& now) {
  if (renewals_in_a_row_++ == 0) healthy_since_boot_ms_ = now.boot_ms;
  in_flight_ = false;
  open_ = true;
  deadline_boot_ms_ = sent_boot_ms_ + times_.length_ms - times_.margin_ms;
  next_boot_ms_ = sent_boot_ms_ + times_.renew_ms;
}

void SessionLease::on_failed(const Now& now) {
  in_flight_ = false;
  renewals_in_a_row_ = 0;
  next_boot_ms_ = now.boot_ms + std::min<std::int64_t>(times_.renew_ms, 500);
}

void SessionLease::on_lost() {
  in_flight_ = false;
  open_ = false;
  renewals_in_a_row_ = 0;
  next_boot_ms_ = 0;
}

bool SessionLease::may_judge(const Now& now) const {
  const std::int64_t wait_ms = std::max<std::int64_t>(2 * times_.renew_ms, 5'000);
  return open_ && renewals_in_a_row_ >= 2 && now.boot_ms - healthy_since_boot_ms_ >= wait_ms;
}

std::optional<std::int64_t> SessionLease::wake_boot_ms() const {
  if (!in_flight_) return next_boot_ms_;
  return open_ ? std::optional(deadline_boot_ms_) : std::nullopt;
}

}  // namespace taskrunner::core
