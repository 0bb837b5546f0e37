#include "core/cron.hpp"

#include <taskrunner/error.hpp>

#include <absl/time/civil_time.h>
#include <absl/time/time.h>

#include <charconv>
#include <span>
#include <vector>

namespace taskrunner::core {

class Cron::Zone {
 public:
  explicit Zone(std::string_view name) {
    if (!absl::LoadTimeZone(absl::string_view(name.data(), name.size()), &zone_))
      throw Error(ErrorCode::invalid_argument, "no time zone '" + std::string(name) + "': give an IANA name, e.g. Europe/Berlin");
  }

  absl::CivilMinute local(std::int64_t wall_ms) const {
    return absl::ToCivilMinute(absl::FromUnixMillis(wall_ms), zone_);
  }
  /// The moment at which the local time comes: of a skipped one the gap's end, of a repeated one the first.
  std::int64_t moment(absl::CivilMinute local_time) const {
    const absl::TimeZone::TimeInfo info = zone_.At(absl::CivilSecond(local_time));
    const bool skipped = info.kind == absl::TimeZone::TimeInfo::SKIPPED;
    return absl::ToUnixMillis(skipped ? info.trans : info.pre);
  }

 private:
  absl::TimeZone zone_;
};

namespace {

constexpr std::string_view month_names[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

/// One field's name and range, for parsing and for errors.
struct FieldRule {
  const char* name;
  int lowest;
  int highest;
  std::span<const std::string_view> words;
  int first_word = 0;
};

[[noreturn]] void bad_field(const FieldRule& rule, std::string_view text) {
  throw Error(ErrorCode::invalid_argument, std::string("bad cron field for the ") + rule.name + ": '" + std::string(text) +
                                               "' (" + std::to_string(rule.lowest) + "-" + std::to_string(rule.highest) + ")");
}

int parse_number(std::string_view text, const FieldRule& rule) {
  for (std::size_t i = 0; i < rule.words.size(); ++i)
    if (text.size() == 3 && std::equal(text.begin(), text.end(), rule.words[i].begin(),
                                       [](char a, char b) { return (a | 0x20) == b; }))
      return static_cast<int>(i) + rule.first_word;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < rule.lowest || value > rule.highest)
    bad_field(rule, text);
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

template <std::size_t Size>
void parse_part(std::string_view part, const FieldRule& rule, std::bitset<Size>& set) {
  const auto step_parts = split(part, '/');
  int step = 1;
  if (step_parts.size() > 2) bad_field(rule, part);
  if (step_parts.size() == 2) {
    const FieldRule step_rule{rule.name, 1, rule.highest, {}, 0};
    step = parse_number(step_parts[1], step_rule);
  }
  int from = rule.lowest;
  int to = rule.highest;
  if (step_parts[0] != "*") {
    const auto range = split(step_parts[0], '-');
    if (range.size() > 2) bad_field(rule, part);
    from = parse_number(range[0], rule);
    to = range.size() == 2 ? parse_number(range[1], rule) : step_parts.size() == 2 ? rule.highest : from;
    if (from > to) bad_field(rule, part);
  }
  // Sunday may be written 7.
  for (int value = from; value <= to; value += step) set.set(static_cast<std::size_t>(Size == 7 ? value % 7 : value));
}

template <std::size_t Size>
std::bitset<Size> parse_field(std::string_view text, const FieldRule& rule) {
  std::bitset<Size> set;
  for (const std::string_view part : split(text, ',')) parse_part(part, rule, set);
  return set;
}

std::string_view expand_macro(std::string_view expression) {
  if (expression == "@hourly") return "0 * * * *";
  if (expression == "@daily" || expression == "@midnight") return "0 0 * * *";
  if (expression == "@weekly") return "0 0 * * 0";
  if (expression == "@monthly") return "0 0 1 * *";
  if (expression == "@yearly" || expression == "@annually") return "0 0 1 1 *";
  return expression;
}

std::vector<std::string_view> fields_of(std::string_view expression) {
  std::vector<std::string_view> fields;
  for (const std::string_view field : split(expand_macro(expression), ' '))
    if (!field.empty()) fields.push_back(field);
  if (fields.size() != 5)
    throw Error(ErrorCode::invalid_argument, "a cron expression has five fields (minute hour day month weekday), not '" +
                                                 std::string(expression) + "'");
  return fields;
}

}  // namespace

Cron::Cron(std::string_view expression, std::string_view zone) : zone_(std::make_shared<const Zone>(zone)) {
  const auto fields = fields_of(expression);
  minutes_ = parse_field<60>(fields[0], {"minute", 0, 59, {}, 0});
  hours_ = parse_field<24>(fields[1], {"hour", 0, 23, {}, 0});
  days_ = parse_field<32>(fields[2], {"day of month", 1, 31, {}, 0});
  months_ = parse_field<13>(fields[3], {"month", 1, 12, month_names, 1});
  weekdays_ = parse_field<7>(fields[4], {"day of week", 0, 7, weekday_names, 0});
  any_day_ = fields[2].starts_with('*');
  any_weekday_ = fields[4].starts_with('*');
}

bool Cron::day_matches(int year, int month, int day) const {
  if (!months_.test(static_cast<std::size_t>(month))) return false;
  const auto weekday = (static_cast<std::size_t>(absl::GetWeekday(absl::CivilDay(year, month, day))) + 1) % 7;
  const bool day_fits = days_.test(static_cast<std::size_t>(day));
  const bool weekday_fits = weekdays_.test(weekday);
  return any_day_ || any_weekday_ ? day_fits && weekday_fits : day_fits || weekday_fits;
}

std::optional<std::int64_t> Cron::next_after(std::int64_t wall_ms) const {
  // Local minutes are walked in order; near a change of the clock several map to one moment, or back: only what
  // lies after `wall_ms` counts.
  const absl::CivilDay first_day(zone_->local(wall_ms));
  constexpr int days_looked_at = 8 * 366;
  std::optional<std::int64_t> best;
  // A repeated hour can start late on the evening before: begin one day early.
  for (absl::CivilDay day = first_day - 1; day < first_day + days_looked_at; ++day) {
    if (!day_matches(static_cast<int>(day.year()), day.month(), day.day())) continue;
    for (int hour = 0; hour < 24; ++hour) {
      if (!hours_.test(static_cast<std::size_t>(hour))) continue;
      for (int minute = 0; minute < 60; ++minute) {
        if (!minutes_.test(static_cast<std::size_t>(minute))) continue;
        const std::int64_t moment = zone_->moment(absl::CivilMinute(day.year(), day.month(), day.day(), hour, minute));
        if (moment > wall_ms && (!best || moment < *best)) best = moment;
      }
      if (best) break;
    }
    if (best) return best;
  }
  return best;
}

}  // namespace taskrunner::core
