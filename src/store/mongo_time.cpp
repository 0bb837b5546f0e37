#include "store/mongo_time.hpp"

#include <taskrunner/error.hpp>

#include "base/log.hpp"

namespace taskrunner::store {
namespace {

constexpr std::int64_t measured_each_ms = 10'000;
constexpr std::int64_t tried_again_after_ms = 1'000;

}  // namespace

Json MongoTime::now() const {
  if (is_ours()) return "$$NOW";
  return Json{{"$literal", Date{clock_.wall_ms()}}};
}

/// The primary looked at its clock at some moment between question and answer.
std::int64_t MongoTime::measure() {
  const std::int64_t asked_boot_ms = clock_.boot_ms();
  const JsonObject answer = commands_.hello();
  const std::int64_t answered_boot_ms = clock_.boot_ms();
  const Json* local_time = answer.find("localTime");
  const Date* date = local_time ? std::get_if<Date>(&local_time->value()) : nullptr;
  if (!date) throw Error(ErrorCode::unavailable, commands_.names().shown + ": it does not tell its time");
  measured_boot_ms_ = answered_boot_ms;
  const std::int64_t ahead_of_boot_ms = date->ms - (asked_boot_ms + answered_boot_ms) / 2;
  const std::int64_t here_ms = clock_.wall_ms() - clock_.boot_ms();
  for (const std::string& text : watch_.note(ahead_of_boot_ms, here_ms, answered_boot_ms - asked_boot_ms))
    log_warning("{}: {}", commands_.names().shown, text);
  return ahead_of_boot_ms;
}

std::int64_t MongoTime::estimate_ms() {
  if (!is_ours()) return clock_.wall_ms();
  std::lock_guard lock(mutex_);
  if (!offset_ms_ || clock_.boot_ms() - measured_boot_ms_ >= measured_each_ms) {
    try {
      offset_ms_ = measure();
    } catch (const Error&) {
      if (!offset_ms_) throw;
      measured_boot_ms_ = clock_.boot_ms() - measured_each_ms + tried_again_after_ms;
    }
  }
  return clock_.boot_ms() + *offset_ms_;
}

}  // namespace taskrunner::store
