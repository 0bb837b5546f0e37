#include "app/progress_line.hpp"

#include "app/task_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace taskrunner::app {
namespace {

constexpr std::size_t bar_width = 24;

std::optional<double> number(const Json& object, std::string_view name) {
  const Json* member = object.find(name);
  if (!member || !member->is_number()) return std::nullopt;
  return member->as_double();
}

std::string bar(double fraction) {
  const auto full = static_cast<std::size_t>(std::lround(fraction * bar_width));
  return "[" + std::string(full, '#') + std::string(bar_width - full, '.') + "]";
}

}  // namespace

void ProgressLine::restart() { newest_ = Json(); }

void ProgressLine::note(const Json& progress, std::int64_t now_ms) {
  const double spent = number(progress, "spent").value_or(0);
  if (newest_.is_null() || spent < first_spent_) {
    first_spent_ = spent;
    first_ms_ = now_ms;
  }
  newest_ = progress;
  newest_ms_ = now_ms;
}

int ProgressLine::tenths() const {
  return static_cast<int>(std::floor(progress_fraction(newest_).value_or(0) * 10));
}

std::string ProgressLine::text(std::size_t width) const {
  const auto spent = number(newest_, "spent");
  const auto total = number(newest_, "total");
  if (!spent) return newest_.is_null() ? "" : fit(newest_.dump(), width);
  const auto told_rate = number(newest_, "bytesPerSecond");
  const auto amount = [&](double value) { return told_rate ? bytes_text(value) : fmt::format("{:.0f}", value); };
  const double seconds = static_cast<double>(newest_ms_ - first_ms_) / 1'000;
  const double rate = told_rate ? *told_rate : seconds > 0 ? (*spent - first_spent_) / seconds : 0;
  std::string line = amount(*spent);
  if (const auto fraction = progress_fraction(newest_)) {
    line = fmt::format("{:3.0f} %  {} of {}", std::floor(*fraction * 100), amount(*spent), amount(*total));
    if (width >= bar_width + 50) line = bar(*fraction) + " " + line;
  }
  if (rate > 0) line += "  " + amount(rate) + "/s";
  auto left = number(newest_, "etaSeconds");
  if (!left && rate > 0 && total) left = (*total - *spent) / rate;
  if (left) line += "  " + seconds_text(*left) + " left";
  return fit(line, width);
}

}  // namespace taskrunner::app
