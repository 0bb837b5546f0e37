#include "base/time_text.hpp"

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>

namespace taskrunner {
namespace {

using std::chrono::sys_days;

/// Reads exactly `digits` digits from the front of `text`, and takes them off.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::int64_t> take_date_ms(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month), std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(sys_days(date).time_since_epoch()).count();
}

/// At least one digit; what is below a millisecond is cut off.
std::optional<std::int64_t> take_fraction_ms(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  std::int64_t ms = 0;
  for (int scale = 100; !text.empty() && text.front() >= '0' && text.front() <= '9'; scale /= 10) {
    ms += (text.front() - '0') * scale;
    text.remove_prefix(1);
  }
  return ms;
}

std::optional<std::int64_t> take_time_of_day_ms(std::string_view& text) {
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  std::int64_t ms = (*hours * 60 + *minutes) * std::int64_t{60'000};
  if (!take(text, ":")) return ms;
  const auto seconds = take_digits(text, 2);
  if (!seconds || *seconds > 60) return std::nullopt;
  ms += *seconds * 1000;
  if (!take(text, ".")) return ms;
  const auto fraction = take_fraction_ms(text);
  if (!fraction) return std::nullopt;
  return ms + *fraction;
}

std::optional<std::int64_t> take_offset_ms(std::string_view& text) {
  if (take(text, "Zz")) return 0;
  const bool behind = text.starts_with('-');
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  take(text, ":");
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::int64_t ms = (*hours * 60 + *minutes) * std::int64_t{60'000};
  return behind ? -ms : ms;
}

/// Filled up with zeros in front.
void put_number(std::string& out, std::uint64_t value, std::size_t least_digits) {
  const std::string digits = std::to_string(value);
  if (digits.size() < least_digits) out.append(least_digits - digits.size(), '0');
  out += digits;
}

/// A sign and six digits at least, where four do not hold it.
void put_year(std::string& out, std::int64_t year) {
  const bool is_usual = year >= 0 && year <= 9999;
  if (!is_usual) out.push_back(year < 0 ? '-' : '+');
  put_number(out, static_cast<std::uint64_t>(std::abs(year)), is_usual ? 4 : 6);
}

void put_part(std::string& out, char before, std::uint64_t value, std::size_t digits = 2) {
  out.push_back(before);
  put_number(out, value, digits);
}

}  // namespace

std::string iso_time(std::int64_t wall_ms) {
  // The calendar repeats each 400 years; std::chrono's covers no more than 65,536 of them.
  constexpr std::int64_t cycle_days = 146'097, day_ms = 86'400'000;
  const std::int64_t day = wall_ms / day_ms - (wall_ms % day_ms < 0);
  const auto ms = static_cast<unsigned>((wall_ms % day_ms + day_ms) % day_ms);
  const std::int64_t cycles = day / cycle_days - (day % cycle_days < 0);
  const std::chrono::year_month_day date{sys_days(std::chrono::days(day - cycles * cycle_days))};
  std::string text;
  text.reserve(24);
  put_year(text, static_cast<int>(date.year()) + cycles * 400);
  put_part(text, '-', static_cast<unsigned>(date.month()));
  put_part(text, '-', static_cast<unsigned>(date.day()));
  put_part(text, 'T', ms / 3'600'000);
  put_part(text, ':', ms / 60'000 % 60);
  put_part(text, ':', ms / 1000 % 60);
  put_part(text, '.', ms % 1000, 3);
  text.push_back('Z');
  return text;
}

std::optional<std::int64_t> parse_iso_time(std::string_view text) {
  const auto day = take_date_ms(text);
  if (!day) return std::nullopt;
  if (text.empty()) return day;
  if (!take(text, "Tt ")) return std::nullopt;
  const auto time = take_time_of_day_ms(text);
  if (!time) return std::nullopt;
  const auto offset = take_offset_ms(text);
  if (!offset || !text.empty()) return std::nullopt;
  return *day + *time - *offset;
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !(value >= 0) || value > 1e9) return std::nullopt;
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  const double factor = unit == "ms"                  ? 1
                        : unit == "s" || unit.empty() ? 1000
                        : unit == "m"                 ? 60'000
                        : unit == "h"                 ? 3'600'000
                        : unit == "d"                 ? 86'400'000
                                                      : -1;
  if (factor < 0) return std::nullopt;
  return std::llround(value * factor);
}

}  // namespace taskrunner
