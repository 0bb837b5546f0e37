#pragma once

#include "core/scheduler_action.hpp"

#include <cstdint>
#include <optional>

namespace taskrunner::core {

/// The times of a session of length S (docs/states.md).
struct SessionTimes {
  explicit SessionTimes(std::int64_t session_ms);
  std::int64_t length_ms;
  std::int64_t renew_ms;   ///< S/6
  std::int64_t margin_ms;  ///< S/10: the host gives up so long before anyone may take its tasks
  std::int64_t grace_ms;   ///< S/15: others wait so long after its end
};

/// A host's own view of its session: when to renew it, and until when its tasks are its own by its own clock,
/// counted from *before* the last renewal that succeeded was sent. Pure.
class SessionLease {
 public:
  explicit SessionLease(std::int64_t session_ms) : times_(session_ms) {}

  /// Nothing is open or being opened: open one.
  bool wants_open(const Now& now) const;
  bool wants_renewal(const Now& now) const;
  void on_open_sent(const ObjectId& session, const Now& now);
  void on_renewal_sent(const Now& now);
  /// The store took the opening or renewal that was sent.
  void on_renewed(const Now& now);
  /// No answer, or an error: tried again soon.
  void on_failed(const Now& now);
  /// The store says that it was marked lost, or is gone.
  void on_lost();

  /// Its tasks are this host's now.
  bool holds(const Now& now) const { return open_ && now.boot_ms < deadline_boot_ms_; }
  bool is_open() const { return open_; }
  /// This host has been in touch with the store for long enough to say of another that it was not.
  bool may_judge(const Now& now) const;
  std::optional<std::int64_t> wake_boot_ms() const;

  const ObjectId& id() const { return id_; }
  const SessionTimes& times() const { return times_; }

 private:
  SessionTimes times_;
  ObjectId id_;
  bool open_ = false;
  bool in_flight_ = false;
  std::int64_t sent_boot_ms_ = 0;
  std::int64_t deadline_boot_ms_ = 0;
  std::int64_t next_boot_ms_ = 0;
  std::int64_t renewals_in_a_row_ = 0;
  std::int64_t healthy_since_boot_ms_ = 0;
};

}  // namespace taskrunner::core
