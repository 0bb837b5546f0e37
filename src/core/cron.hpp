#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace taskrunner::core {

/// A cron expression of five fields (minute, hour, day of month, month, day of week) in an IANA zone.
/// Fields take *, numbers, names (jan, mon), ranges, lists and steps; day of month and day of week are joined by "or"
/// where both are restricted, as in crontab(5). @hourly, @daily, @weekly, @monthly and @yearly are known.
///
/// Daylight saving: a local time that is skipped fires at the gap's end; one that occurs twice fires once, the
/// first time.
class Cron {
 public:
  /// Throws Error{invalid_argument} that names the field, or the zone.
  Cron(std::string_view expression, std::string_view zone);

  /// The first tick after that moment; nothing where none comes within 8 years (February 30th).
  std::optional<std::int64_t> next_after(std::int64_t wall_ms) const;

 private:
  class Zone;
  bool day_matches(int year, int month, int day) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  bool any_day_ = true;
  bool any_weekday_ = true;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace taskrunner::core
