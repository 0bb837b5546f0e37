#pragma once

#include <taskrunner/json.hpp>

#include "base/clock.hpp"
#include "store/clock_skew.hpp"
#include "store/mongo_command.hpp"

#include <cstdint>
#include <mutex>
#include <optional>

namespace taskrunner::store {

/// The time that a MongoDB store goes by: its primary's, evaluated in each update, and never this host's wall clock.
/// What is odd about both clocks is said in the log when it is measured. Given another clock than the system's (tests), it is that one's everywhere. Thread-safe.
class MongoTime {
 public:
  MongoTime(const Clock& clock, MongoCommands& commands) : clock_(clock), commands_(commands) {}

  /// For update pipelines and $expr: an expression that gives now as a date.
  Json now() const;

  /// For inserts, which can evaluate nothing, and to find what is due: what the primary's clock says now, as last
  /// measured (again after 10 s). Throws as a read does, unless it was measured before.
  std::int64_t estimate_ms();

 private:
  bool is_ours() const { return &clock_ == &system_clock(); }
  std::int64_t measure();

  const Clock& clock_;
  MongoCommands& commands_;
  std::mutex mutex_;
  ClockWatch watch_;
  std::optional<std::int64_t> offset_ms_;  ///< of the primary's wall clock from this machine's boot clock
  std::int64_t measured_boot_ms_ = 0;
};

}  // namespace taskrunner::store
